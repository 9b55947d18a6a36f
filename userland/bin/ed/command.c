/*
 * The commands.
 */
#include "ed.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

extern bool explain, show_prompt;	/* main.c */
extern const char *explanation;
void quit(void);

bool warned;

static void
list_line(const struct line *l)
{
	static const char names[] = "\a\b\f\n\r\t\v\\", letters[] = "abfnrtv\\";
	size_t column = 0;

	for (size_t i = 0; i < l->length; i++) {
		unsigned char c = (unsigned char)l->text[i];
		const char *special = c == '\0' ? NULL : strchr(names, c);
		char piece[8];

		if (special != NULL)
			snprintf(piece, sizeof(piece), "\\%c", letters[special - names]);
		else if (c == '$')
			strcpy(piece, "\\$");
		else
			snprintf(piece, sizeof(piece), isprint(c) ? "%c" : "\\%03o", c);
		if (column + strlen(piece) > 71) {
			fputs("\\\n", stdout);
			column = 0;
		}
		fputs(piece, stdout);
		column += strlen(piece);
	}
	puts("$");
}

void
print_lines(size_t from, size_t to, bool number, bool list)
{
	for (size_t i = from; i <= to; i++) {
		check_interrupt();
		if (number)
			printf("%zu\t", i);
		if (list)
			list_line(buffer.lines[i]);
		else {
			fwrite(buffer.lines[i]->text, 1, buffer.lines[i]->length, stdout);
			putchar('\n');
		}
		buffer.current = i;
	}
}

bool
read_suffix(bool *number, bool *list)
{
	bool any = false;

	for (; *p == 'l' || *p == 'n' || *p == 'p'; p++) {
		any = true;
		*number |= *p == 'n';
		*list |= *p == 'l';
	}
	skip_blanks();
	if (*p != '\0')
		fail("Invalid command suffix");
	return any;
}

void
print_suffix(void)
{
	bool number = false, list = false;

	if (read_suffix(&number, &list) && buffer.current > 0)
		print_lines(buffer.current, buffer.current, number, list);
}

static void
no_addresses(void)
{
	if (address_count > 0)
		fail("Unexpected address");
}

static void
append(size_t after)
{
	struct text t = { NULL, 0, 0 };
	struct line *l;

	while (read_text_line(&t)) {
		l = new_line(t.data, t.length);
		insert_lines(after++, &l, 1);
	}
	free(t.data);
}

static void
change(void)
{
	bool at_end = last == buffer.count;
	size_t before = first - 1, count;

	delete_lines(first, last);
	count = buffer.count;
	append(before);
	/* Where nothing was put in, the current line is as after d. */
	if (buffer.count == count && at_end)
		buffer.current = buffer.count;
}

static void
delete_and_print(void)
{
	bool number = false, list = false, print = read_suffix(&number, &list);

	delete_lines(first, last);
	if (print && buffer.current > 0)
		print_lines(buffer.current, buffer.current, number, list);
}

static void
join(void)
{
	struct text t = { NULL, 0, 0 };
	struct line *l;

	if (address_count == 0)
		default_range(buffer.current, buffer.current + 1);
	default_range(first, last);
	print_suffix();
	if (first == last)
		return;
	text_add(&t, "", 0);
	for (size_t i = first; i <= last; i++)
		text_add(&t, buffer.lines[i]->text, buffer.lines[i]->length);
	l = new_line(t.data, t.length);
	delete_lines(first, last);
	insert_lines(first - 1, &l, 1);
	free(t.data);
}

/* m and t: both put copies of the lines elsewhere; m deletes the old ones. */
static void
transfer(bool move)
{
	size_t target, count;
	struct line **lines;

	default_range(buffer.current, buffer.current);
	target = read_target();
	if (move && target >= first && target < last)
		fail("Invalid destination");
	print_suffix();
	count = last - first + 1;
	if (move && target == last) {
		buffer.current = last;
		return;
	}
	lines = need(malloc(count * sizeof(struct line *)));
	for (size_t i = 0; i < count; i++) {
		struct line *l = buffer.lines[first + i];

		lines[i] = l;
		if (move)
			l->references++;
		else
			lines[i] = new_line(l->text, l->length);
	}
	if (move) {
		bool *chosen = need(malloc(count));

		for (size_t i = 0; i < count; i++)
			chosen[i] = lines[i]->chosen;
		delete_lines(first, last);
		for (size_t i = 0; i < count; i++)
			lines[i]->chosen = chosen[i];
		free(chosen);
		if (target > last)
			target -= count;
	}
	insert_lines(target, lines, count);
	free(lines);
}

/* Without ! or a second try, a modified buffer is not thrown away. */
static void
check_modified(bool tried)
{
	if (!modified || tried)
		return;
	warned = true;
	fail("Warning: buffer modified");
}

static void
print(char command)
{
	bool number = command == 'n', list = command == 'l';

	default_range(buffer.current, buffer.current);
	read_suffix(&number, &list);
	print_lines(first, last, number, list);
}

static void
mark(void)
{
	char letter = *p;

	default_range(buffer.current, buffer.current);
	if (letter < 'a' || letter > 'z')
		fail("Invalid mark character");
	p++;
	print_suffix();
	marks[letter - 'a'] = buffer.lines[last];
}

static void
name_file(void)
{
	char *name;

	no_addresses();
	name = read_file_name();
	if (name != NULL) {
		if (name[0] == '!')
			fail("Invalid redirection");
		free(file_name);
		file_name = name;
	}
	if (file_name == NULL)
		fail("No current filename");
	puts(file_name);
}

static void
edit_command(char command, bool tried)
{
	no_addresses();
	if (command == 'e')
		check_modified(tried);
	edit_file(read_file_name());
}

static void
write_command(const char *mode)
{
	bool then_quit = *p == 'q';

	p += then_quit;
	write_file(read_file_name(), mode);
	if (then_quit)
		quit();
}

static void
quit_command(char command, bool tried)
{
	no_addresses();
	if (*p != '\0')
		fail("Invalid command suffix");
	if (command == 'q')
		check_modified(tried);
	quit();
}

/* Commands that change lines; false if it is none of them. */
static bool
run_editing(char command)
{
	switch (command) {
	case 'a':
		print_suffix();
		append(last);
		break;
	case 'i':
		print_suffix();
		append(last > 0 ? last - 1 : 0);
		break;
	case 'c':
		if (address_count > 0 && first == 0)
			first = last > 0 ? 1 : 0;
		default_range(buffer.current, buffer.current);
		print_suffix();
		change();
		break;
	case 'd':
		default_range(buffer.current, buffer.current);
		delete_and_print();
		break;
	case 'j': join(); break;
	case 'm':
	case 't': transfer(command == 'm'); break;
	case 'r': read_into(address_count == 0 ? buffer.count : last, read_file_name()); break;
	case 's': substitute(); break;
	default: return false;
	}
	return true;
}

static void
run_other(char command, bool tried)
{
	switch (command) {
	case 'E':
	case 'e': edit_command(command, tried); break;
	case 'f': name_file(); break;
	case 'G':
	case 'g': global(command == 'G', false); break;
	case 'V':
	case 'v': global(command == 'V', true); break;
	case 'H':
		no_addresses();
		print_suffix();
		explain = !explain;
		if (explain && explanation != NULL)
			puts(explanation);
		break;
	case 'h':
		no_addresses();
		print_suffix();
		if (explanation != NULL)
			puts(explanation);
		break;
	case 'k': mark(); break;
	case 'l':
	case 'n':
	case 'p': print(command); break;
	case 'P':
		no_addresses();
		print_suffix();
		show_prompt = !show_prompt;
		break;
	case 'Q':
	case 'q': quit_command(command, tried); break;
	case 'u':
		no_addresses();
		print_suffix();
		swap_state();
		break;
	case 'W':
	case 'w': write_command(command == 'W' ? "a" : "w"); break;
	case '=':
		print_suffix();
		printf("%zu\n", address_count == 0 ? buffer.count : last);
		break;
	case '!':
		no_addresses();
		shell(p);
		break;
	case '\0':
		if (address_count == 0)
			default_range(buffer.current + 1, buffer.current + 1);
		default_range(last, last);
		if (last < 1)
			fail("Invalid address");
		print_lines(last, last, false, false);
		break;
	case '#': break;
	default: fail("Unknown command");
	}
}

void
run_command(void)
{
	bool tried = warned;
	char command;

	warned = false;
	read_addresses();
	if (first > last)
		fail("Invalid address");
	command = *p;
	if (command != '\0')
		p++;
	if (!in_global && command != '\0' && strchr("acdeEgGijmrstvV", command) != NULL)
		remember_state();
	if (!run_editing(command))
		run_other(command, tried);
}
