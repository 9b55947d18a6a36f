/*
 * Where the shell's characters come from: a stack of files and strings.
 *
 * A file is read a line at a time, and never beyond the line if others may read on from there: commands that
 * the shell runs read the same standard input.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

#define BLOCK 1024

struct input {
	struct input *below;
	int fd;				/* -1: a string */
	char *text;
	size_t pos, len, cap;
	char *ahead;			/* of a file that is the shell's own: read but beyond the line */
	size_t ahead_pos, ahead_len;
	bool ahead_own;			/* nobody else reads this file */
	struct alias *alias;		/* whose value this is */
	bool ends_in_blank;
	bool barrier;			/* its end is the end of input for whoever pushed it */
	bool interactive;
	bool at_end;
	bool muted;			/* its text has been recorded, or is an alias's */
	int line;
};

static struct input *top;
bool alias_blank;
int prompt_level;

/* The source of the command being read, for `jobs` to show. Aliases' values are not part of it. */
static char *record;
static size_t record_len, record_cap;

void
input_record_start(void)
{
	record_len = 0;
}

size_t
input_recorded(void)
{
	return record_len;
}

char *
input_record_take(size_t *length)
{
	char *taken = record;

	*length = record_len;
	record = NULL;
	record_len = record_cap = 0;
	return taken;
}

static void
record_char(int c)
{
	if (record_len == record_cap) {
		record_cap = record_cap * 2 + 256;
		record = xrealloc(record, record_cap);
	}
	record[record_len++] = (char)c;
}

static struct input *
push(void)
{
	struct input *in = xmalloc(sizeof(*in));

	memset(in, 0, sizeof(*in));
	in->below = top;
	in->fd = -1;
	in->line = 1;
	top = in;
	return in;
}

/*
 * A string. If it is an alias's value it is followed by a blank: the name that it may end in must be seen
 * to end before the alias itself does, or it would be replaced again.
 */
void
input_push_string(const char *text, struct alias *alias, bool barrier)
{
	struct input *in = push();
	size_t length = strlen(text);

	in->text = xmalloc(length + 2);
	memcpy(in->text, text, length);
	in->len = length;
	in->barrier = barrier;
	in->muted = parse_program != NULL;
	if (!barrier && in->below != NULL)
		in->line = in->below->line;
	if (alias != NULL) {
		in->ends_in_blank = length > 0 && strchr(" \t", text[length - 1]) != NULL;
		in->text[in->len++] = ' ';
		in->alias = alias;
		alias->in_use = true;
	}
}

void
input_push_fd(int fd, bool interactive)
{
	struct input *in = push();

	in->fd = fd;
	in->interactive = interactive;
	in->barrier = true;
	in->ahead_own = fd > STDERR_FILENO;
	if (!interactive)
		in->ahead = xmalloc(BLOCK);
}

/* Remove the innermost input, and whatever aliases are on top of it. */
void
input_pop(void *unused)
{
	bool barrier;

	(void)unused;
	do {
		struct input *in = top;

		barrier = in->barrier;
		if (in->alias != NULL)
			in->alias->in_use = false;
		if (in->fd > STDERR_FILENO)
			close(in->fd);
		top = in->below;
		free(in->text);
		free(in->ahead);
		free(in);
	} while (!barrier && top != NULL);
}

void
input_close_all(void)
{
	while (top != NULL)
		input_pop(NULL);
}

void
input_reset(void)
{
	while (top != NULL && !top->barrier) {
		struct input *in = top;

		if (in->alias != NULL)
			in->alias->in_use = false;
		top = in->below;
		free(in->text);
		free(in);
	}
	if (top != NULL && top->interactive)
		top->pos = top->len;
	alias_blank = false;
}

static void
add_char(struct input *in, char c)
{
	if (in->len == in->cap) {
		in->cap = in->cap * 2 + 128;
		in->text = xrealloc(in->text, in->cap);
	}
	in->text[in->len++] = c;
}

/* Fill `ahead`. Of a file that others read too, as little as can be given back, or one character. */
static ssize_t
read_ahead(struct input *in)
{
	size_t size = BLOCK;
	ssize_t n;

	if (!in->ahead_own && lseek(in->fd, 0, SEEK_CUR) == -1)
		size = 1;
	while ((n = read(in->fd, in->ahead, size)) == -1 && errno == EINTR)
		continue;
	in->ahead_pos = 0;
	in->ahead_len = n < 0 ? 0 : (size_t)n;
	return n;
}

/* Read a line of a file. */
static void
fill_plain(struct input *in)
{
	for (;;) {
		if (in->ahead_pos == in->ahead_len && read_ahead(in) <= 0)
			break;
		while (in->ahead_pos < in->ahead_len) {
			char c = in->ahead[in->ahead_pos++];

			if (c == '\0')
				continue;
			add_char(in, c);
			if (c == '\n') {
				if (!in->ahead_own && in->ahead_pos < in->ahead_len)
					lseek(in->fd, -(off_t)(in->ahead_len - in->ahead_pos), SEEK_CUR);
				if (!in->ahead_own)
					in->ahead_pos = in->ahead_len;
				return;
			}
		}
	}
}

/* Read a line that a person types. */
static void
fill_interactive(struct input *in)
{
	struct mark mark = temp_mark();
	struct buf line = { 0 };
	const char *prompt = "";
	ssize_t n;

	if (prompt_level > 0)
		prompt = expand_prompt(prompt_level == 1 ? "PS1" : "PS2");
	prompt_level = 2;
	if (edit_wanted(in->fd)) {
		if (!edit_line(in->fd, prompt, &line))
			line.len = 0;
	} else {
		char c = '\0';

		write_all(STDERR_FILENO, prompt, strlen(prompt));
		while (c != '\n') {
			n = read(in->fd, &c, 1);
			if (n == -1 && errno == EINTR) {
				check_interrupt();
				continue;
			}
			if (n <= 0)
				break;
			buf_putc(&line, c);
		}
	}
	for (size_t i = 0; i < line.len; i++) {
		if (line.s[i] != '\0')
			add_char(in, line.s[i]);
	}
	temp_release(mark);
	check_interrupt();
}

/* Get the next line of a file; false at its end. */
static bool
fill(struct input *in)
{
	if (in->fd == -1 || in->at_end)
		return false;
	in->pos = in->len = 0;
	if (in->interactive)
		fill_interactive(in);
	else
		fill_plain(in);
	if (in->len == 0) {
		in->at_end = true;
		return false;
	}
	if (options[OPT_VERBOSE])
		write_all(STDERR_FILENO, in->text, in->len);
	return true;
}

/* The next character, or -1 at the end of the innermost barrier's input. */
int
input_getc(void)
{
	for (;;) {
		struct input *in = top;

		if (in == NULL)
			return -1;
		if (in->pos < in->len || fill(in)) {
			int c = (unsigned char)in->text[in->pos++];

			if (c == '\n')
				in->line++;
			if (!in->muted)
				record_char(c);
			return c;
		}
		if (in->barrier)
			return -1;
		if (in->ends_in_blank)
			alias_blank = true;
		top = in->below;
		if (in->alias != NULL)
			in->alias->in_use = false;
		free(in->text);
		free(in);
	}
}

/* Put back what input_getc gave last. */
void
input_ungetc(int c)
{
	if (c == -1)
		return;
	top->pos--;
	if (c == '\n')
		top->line--;
	if (!top->muted && record_len > 0)
		record_len--;
}

int
input_line(void)
{
	return top == NULL ? 0 : top->line;
}

bool
input_interactive(void)
{
	return top != NULL && top->interactive;
}

bool
input_at_end(void)
{
	return top == NULL || top->at_end;
}

/* An end of file that was typed is not the end of the terminal. */
void
input_clear_end(void)
{
	if (top != NULL)
		top->at_end = false;
}

/* Is nothing left of the innermost input but blank space? Only a string's is known. */
bool
input_is_blank(void)
{
	if (top == NULL || top->fd != -1)
		return false;
	for (size_t i = top->pos; i < top->len; i++) {
		if (strchr(" \t\n", top->text[i]) == NULL)
			return false;
	}
	return true;
}
