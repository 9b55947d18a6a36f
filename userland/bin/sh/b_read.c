/*
 * read: a line, cut into variables.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"
#include "builtins.h"

/*
 * Read a line, without its newline. What follows it must stay for others to read, so where the file cannot
 * be set back a line is read by the character. Escaped characters are marked as quoted.
 */
static bool
read_line(struct expansion *line, bool raw)
{
	char block[512];
	size_t pos = 0, filled = 0, size = lseek(STDIN_FILENO, 0, SEEK_CUR) == -1 ? 1 : sizeof(block);
	bool escaped = false;

	for (;;) {
		char c;

		if (pos == filled) {
			ssize_t n = read(STDIN_FILENO, block, size);

			if (n == -1 && errno == EINTR) {
				check_interrupt();
				if (!trap_pending())
					continue;
			}
			if (n <= 0)
				return false;
			pos = 0;
			filled = (size_t)n;
		}
		c = block[pos++];
		if (c == '\0')
			continue;
		if (escaped) {
			escaped = false;
			if (c != '\n')
				ex_char(line, c, CH_QUOTED);
			else if (options[OPT_INTERACTIVE] && isatty(STDIN_FILENO))
				write_all(STDERR_FILENO, "> ", 2);
		} else if (c == '\\' && !raw)
			escaped = true;
		else if (c == '\n')
			break;
		else
			ex_char(line, c, CH_SPLIT);
	}
	if (pos < filled)
		lseek(STDIN_FILENO, -(off_t)(filled - pos), SEEK_CUR);
	return true;
}

static bool
separates(const struct expansion *line, size_t i, const char *ifs)
{
	return line->flags.s[i] & CH_SPLIT && strchr(ifs, line->text.s[i]) != NULL;
}

static bool
white(const struct expansion *line, size_t i, const char *ifs)
{
	return separates(line, i, ifs) && strchr(" \t\n", line->text.s[i]) != NULL;
}

/* The end of the field at `i`, and where the next begins. */
static size_t
field_end(const struct expansion *line, size_t i, const char *ifs, size_t *next)
{
	size_t n = line->text.len, end;

	while (i < n && !separates(line, i, ifs))
		i++;
	end = i;
	while (i < n && white(line, i, ifs))
		i++;
	if (i < n && separates(line, i, ifs)) {
		i++;
		while (i < n && white(line, i, ifs))
			i++;
	}
	*next = i;
	return end;
}

/* The last variable's part: all that is left, without white space at its end, nor a last single delimiter. */
static size_t
rest_end(const struct expansion *line, size_t i, const char *ifs)
{
	size_t n = line->text.len, next, end = field_end(line, i, ifs, &next);

	if (next == n)
		return end;
	while (n > i && white(line, n - 1, ifs))
		n--;
	return n;
}

int
b_read(int argc, char **argv)
{
	struct expansion line = { 0 };
	const char *ifs = ifs_value();
	bool raw = false, complete, failed = false;
	size_t i = 0;
	char option;

	(void)argc;
	while (next_option(&argv, "r", &option))
		raw = true;
	argv++;
	if (*argv == NULL)
		fatal("read: a variable is needed");
	for (char **v = argv; *v != NULL; v++) {
		if (!is_name(*v, strlen(*v)))
			fatal("read: %s: bad variable name", *v);
	}
	complete = read_line(&line, raw);
	buf_string(&line.text);
	ifs = temp_strdup(ifs);
	while (i < line.text.len && white(&line, i, ifs))
		i++;
	for (; *argv != NULL; argv++) {
		size_t next = line.text.len;
		size_t end = argv[1] == NULL ? rest_end(&line, i, ifs) : field_end(&line, i, ifs, &next);

		failed |= !var_try_set(*argv, arena_strndup(&temporary, line.text.s + i, end - i), 0);
		i = next;
	}
	return failed ? STATUS_ERROR : complete ? 0 : 1;
}
