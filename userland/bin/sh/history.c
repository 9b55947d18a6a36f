/*
 * The history of typed commands, and fc.
 */
#include <sys/stat.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"
#include "builtins.h"

#define HISTORY_SIZE 500

static char *commands[HISTORY_SIZE];
static size_t first = 1, count;		/* the number of the oldest, and how many there are */

size_t
history_count(void)
{
	return count;
}

static char **
slot(size_t number)
{
	return &commands[number % HISTORY_SIZE];
}

/* `back` commands ago; null if it is not known. */
const char *
history_get(size_t back)
{
	return back < 1 || back > count ? NULL : *slot(first + count - back);
}

void
history_add(const char *text)
{
	size_t length = strlen(text);
	char *copy;

	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	if (length == 0)
		return;
	copy = xmalloc(length + 1);
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (count > 0 && strcmp(history_get(1), copy) == 0) {
		free(copy);
		return;
	}
	if (count == HISTORY_SIZE) {
		free(*slot(first));
		first++;
		count--;
	}
	*slot(first + count) = copy;
	count++;
}

/* fc's own command is in the history already; it must not find itself. */
static void
forget_latest(void)
{
	if (count == 0)
		return;
	count--;
	free(*slot(first + count));
}

/* A command's number from a number, a negative one (so many ago), or its beginning. */
static size_t
find(const char *spec, bool clamp)
{
	size_t last = first + count - 1;

	if (isdigit((unsigned char)*spec) || (*spec == '-' && isdigit((unsigned char)spec[1]))) {
		long n = atol(spec);
		long number = n > 0 ? n : (long)(last + 1) + n;

		if (number < (long)first && (clamp || n < 0))
			return first;
		if (number > (long)last && clamp)
			return last;
		if (number < (long)first || number > (long)last)
			fatal("fc: %s: no such command", spec);
		return (size_t)number;
	}
	for (size_t back = 1; back <= count; back++) {
		if (strncmp(history_get(back), spec, strlen(spec)) == 0)
			return first + count - back;
	}
	fatal("fc: %s: no such command", spec);
}

static int
list(const char *from, const char *to, bool numbers, bool reverse)
{
	size_t low, high;

	if (count == 0)
		return 0;
	low = find(from == NULL ? "-16" : from, true);
	high = to != NULL ? find(to, true) : first + count - 1;
	if (low > high) {
		size_t swap = low;

		low = high;
		high = swap;
		reverse = !reverse;
	}
	for (size_t i = 0; i <= high - low; i++) {
		size_t number = reverse ? high - i : low + i;

		if (numbers)
			out_printf("%zu", number);
		out_printf("\t%s\n", *slot(number));
	}
	return 0;
}

static int
run_again(const char *text)
{
	history_add(text);
	out_printf("%s\n", text);
	out_flush();
	return exec_string(temp_strdup(text), 0);
}

/* fc -s [old=new] [command] */
static int
substitute(char **argv)
{
	const char *replacement = NULL, *old = "", *text, *at;

	if (*argv != NULL && (replacement = strchr(*argv, '=')) != NULL) {
		old = arena_strndup(&temporary, *argv, (size_t)(replacement - *argv));
		replacement++;
		argv++;
	}
	forget_latest();
	if (count == 0)
		fatal("fc: no commands");
	text = *slot(find(*argv == NULL ? "-1" : *argv, false));
	if (replacement != NULL && *old != '\0' && (at = strstr(text, old)) != NULL)
		text = temp_printf("%.*s%s%s", (int)(at - text), text, replacement, at + strlen(old));
	return run_again(temp_strdup(text));
}

static char *
read_file(const char *path)
{
	struct buf b = { 0 };
	char block[512];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	while (fd != -1 && (n = read(fd, block, sizeof(block))) > 0)
		buf_put(&b, block, (size_t)n);
	if (fd != -1)
		close(fd);
	return buf_string(&b);
}

/* Have commands edited in a file, then run them. */
static int
edit(const char *editor, const char *from, const char *to)
{
	char path[] = "/tmp/sh-fc.XXXXXX";
	size_t low, high;
	char *text;
	int fd;

	forget_latest();
	if (count == 0)
		fatal("fc: no commands");
	low = find(from == NULL ? "-1" : from, false);
	high = to == NULL ? low : find(to, false);
	fd = mkstemp(path);
	if (fd == -1)
		fatal("fc: %s: %s", path, strerror(errno));
	for (size_t number = low; number <= high; number++) {
		write_all(fd, *slot(number), strlen(*slot(number)));
		write_all(fd, "\n", 1);
	}
	close(fd);
	if (exec_string(temp_printf("%s %s", editor, path), 0) != 0) {
		unlink(path);
		return exit_status;
	}
	text = read_file(path);
	unlink(path);
	return run_again(text);
}

int
b_fc(int argc, char **argv)
{
	const char *editor = var_get("FCEDIT");
	bool listing = false, numbers = true, reverse = false, again = false;

	(void)argc;
	/* A negative number is a command, not an option. */
	for (argv++; *argv != NULL && **argv == '-' && isalpha((unsigned char)(*argv)[1]); argv++) {
		for (const char *letter = *argv + 1; *letter != '\0'; letter++) {
			listing |= *letter == 'l';
			reverse |= *letter == 'r';
			again |= *letter == 's';
			if (*letter == 'n')
				numbers = false;
			if (*letter == 'e' && argv[1] != NULL)
				editor = *++argv;
			else if (strchr("lrsne", *letter) == NULL)
				fatal("fc: illegal option -%c", *letter);
			if (editor == *argv)
				break;
		}
	}
	if (listing)
		return list(argv[0], argv[0] == NULL ? NULL : argv[1], numbers, reverse);
	if (again)
		return substitute(argv);
	return edit(editor == NULL || *editor == '\0' ? "ed" : editor, argv[0], argv[0] == NULL ? NULL : argv[1]);
}
