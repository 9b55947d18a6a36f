/*
 * Editing a line on a terminal, with the keys of emacs.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "edit.h"

#define CTRL(c) ((c) & 0x1f)
#define DELETE 0x7f

enum key {				/* what an escape sequence stands for */
	KEY_UP = 256, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END, KEY_DELETE, KEY_WORD_LEFT, KEY_WORD_RIGHT,
	KEY_KILL_WORD, KEY_KILL_WORD_BACK, KEY_UNKNOWN,
};

static char *killed;			/* what ^Y brings back */

/* Only where a terminal understands us. */
bool
edit_wanted(int fd)
{
	const char *term = var_get("TERM");

	if (options[OPT_VI] || term == NULL || *term == '\0' || strcmp(term, "dumb") == 0)
		return false;
	return isatty(fd) && isatty(STDERR_FILENO);
}

static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t
left_of(const struct editor *e, size_t at)
{
	while (at > 0 && is_continuation(e->line.s[--at]))
		continue;
	return at;
}

static size_t
right_of(const struct editor *e, size_t at)
{
	if (at < e->line.len)
		at++;
	while (at < e->line.len && is_continuation(e->line.s[at]))
		at++;
	return at;
}

static bool
in_word(const struct editor *e, size_t at)
{
	return isalnum((unsigned char)e->line.s[at]) || e->line.s[at] == '_' || (unsigned char)e->line.s[at] >= 0x80;
}

static size_t
word_left(const struct editor *e)
{
	size_t at = e->cursor;

	while (at > 0 && !in_word(e, at - 1))
		at--;
	while (at > 0 && in_word(e, at - 1))
		at--;
	return at;
}

static size_t
word_right(const struct editor *e)
{
	size_t at = e->cursor;

	while (at < e->line.len && !in_word(e, at))
		at++;
	while (at < e->line.len && in_word(e, at))
		at++;
	return at;
}

static void
insert(struct editor *e, const char *s, size_t length)
{
	size_t after = e->line.len - e->cursor;

	/* To make room; what it says is overwritten. */
	buf_put(&e->line, s, length);
	memmove(e->line.s + e->cursor + length, e->line.s + e->cursor, after);
	memcpy(e->line.s + e->cursor, s, length);
	e->cursor += length;
}

static void
erase(struct editor *e, size_t from, size_t to)
{
	memmove(e->line.s + from, e->line.s + to, e->line.len - to);
	e->line.len -= to - from;
	e->cursor = from;
}

static void
kill_text(struct editor *e, size_t from, size_t to)
{
	if (from == to)
		return;
	free(killed);
	killed = xstrdup(arena_strndup(&temporary, e->line.s + from, to - from));
	erase(e, from, to);
}

static void
set_line(struct editor *e, const char *text)
{
	e->line.len = 0;
	buf_puts(&e->line, text);
	e->cursor = e->line.len;
}

static void
go_in_history(struct editor *e, size_t back)
{
	const char *text;

	if (back > history_count())
		return;
	if (e->history == 0)
		e->typed = temp_strdup(buf_string(&e->line));
	text = back == 0 ? e->typed : history_get(back);
	e->history = back;
	set_line(e, text);
}

static void
transpose(struct editor *e)
{
	size_t at = e->cursor == e->line.len && e->cursor > 0 ? e->cursor - 1 : e->cursor;
	char c;

	if (at == 0 || at >= e->line.len)
		return;
	c = e->line.s[at];
	e->line.s[at] = e->line.s[at - 1];
	e->line.s[at - 1] = c;
	e->cursor = at + 1;
}

static size_t
common_length(const struct strings *words)
{
	size_t n = strlen(words->v[0]);

	for (size_t i = 1; i < words->n; i++) {
		size_t same = 0;

		while (same < n && words->v[i][same] == words->v[0][same])
			same++;
		n = same;
	}
	return n;
}

static void
complete_word(struct editor *e)
{
	bool is_file, again = e->tabbed;
	struct strings words;
	size_t start, common;

	words = complete(buf_string(&e->line), e->cursor, &start, &is_file);
	e->tabbed = false;
	if (words.n == 0) {
		screen_put("\a");
		return;
	}
	common = common_length(&words);
	if (words.n > 1 && common <= e->cursor - start) {
		if (again)
			screen_list(e, words.v, words.n);
		else
			screen_put("\a");
		e->tabbed = true;
		return;
	}
	erase(e, start, e->cursor);
	insert(e, words.v[0], common);
	if (words.n == 1 && (common == 0 || words.v[0][common - 1] != '/'))
		insert(e, " ", 1);
}

/* The command in history that is nearest, from `back`, and contains the text; 0 if none does. */
static size_t
search_from(size_t back, const char *text)
{
	const char *command;

	for (; (command = history_get(back)) != NULL; back++) {
		if (strstr(command, text) != NULL)
			return back;
	}
	return 0;
}

/* ^R. Gives the key that ended it, which is yet to be obeyed; 0 if there is none. */
static int
search_history(struct editor *e)
{
	const char *prompt = e->prompt;
	char *original = temp_strdup(buf_string(&e->line));
	struct buf text = { 0 };
	size_t found = 0, next;
	int c;

	for (;;) {
		const char *command = found == 0 ? original : history_get(found);

		e->prompt = temp_printf("(reverse-i-search)`%s': ", buf_string(&text));
		set_line(e, command);
		screen_refresh(e);
		c = screen_getc(e);
		if (c == CTRL('r'))
			next = search_from(found + 1, text.s);
		else if (c == DELETE || c == CTRL('h')) {
			if (text.len > 0)
				text.len--;
			next = text.len == 0 ? 0 : search_from(1, buf_string(&text));
			found = 0;
		} else if (c >= ' ') {
			buf_putc(&text, (char)c);
			next = search_from(found == 0 ? 1 : found, buf_string(&text));
		} else
			break;
		if (next != 0)
			found = next;
		else
			screen_put("\a");
	}
	e->prompt = prompt;
	e->history = found;
	if (found != 0)
		e->typed = original;
	if (c != CTRL('g') && c != CTRL('c'))
		return c;
	e->history = 0;
	set_line(e, original);
	return c == CTRL('c') ? c : 0;
}

/* After an escape character. */
static int
read_escape(struct editor *e)
{
	int c = screen_getc(e), number = 0;

	switch (c) {
	case 'b':
		return KEY_WORD_LEFT;
	case 'f':
		return KEY_WORD_RIGHT;
	case 'd':
		return KEY_KILL_WORD;
	case DELETE:
	case CTRL('h'):
		return KEY_KILL_WORD_BACK;
	}
	if (c != '[' && c != 'O')
		return KEY_UNKNOWN;
	while ((c = screen_getc(e)) != -1 && (isdigit(c) || c == ';'))
		number = c == ';' ? 0 : number * 10 % 1000 + c - '0';
	switch (c) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return number == 5 || number == 3 ? KEY_WORD_RIGHT : KEY_RIGHT;
	case 'D':
		return number == 5 || number == 3 ? KEY_WORD_LEFT : KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	case '~':
		return number == 1 || number == 7 ? KEY_HOME : number == 4 || number == 8 ? KEY_END :
		    number == 3 ? KEY_DELETE : KEY_UNKNOWN;
	default:
		return KEY_UNKNOWN;
	}
}

static void
move_or_erase(struct editor *e, int key)
{
	switch (key) {
	case CTRL('a'):
	case KEY_HOME:
		e->cursor = 0;
		break;
	case CTRL('e'):
	case KEY_END:
		e->cursor = e->line.len;
		break;
	case CTRL('b'):
	case KEY_LEFT:
		e->cursor = left_of(e, e->cursor);
		break;
	case CTRL('f'):
	case KEY_RIGHT:
		e->cursor = right_of(e, e->cursor);
		break;
	case KEY_WORD_LEFT:
		e->cursor = word_left(e);
		break;
	case KEY_WORD_RIGHT:
		e->cursor = word_right(e);
		break;
	case CTRL('h'):
	case DELETE:
		erase(e, left_of(e, e->cursor), e->cursor);
		break;
	case CTRL('d'):
	case KEY_DELETE:
		erase(e, e->cursor, right_of(e, e->cursor));
		break;
	}
}

static void
obey_control(struct editor *e, int key)
{
	size_t at = e->cursor;

	switch (key) {
	case CTRL('k'):
		kill_text(e, e->cursor, e->line.len);
		break;
	case CTRL('u'):
		kill_text(e, 0, e->cursor);
		break;
	case CTRL('w'):
		while (at > 0 && isspace((unsigned char)e->line.s[at - 1]))
			at--;
		while (at > 0 && !isspace((unsigned char)e->line.s[at - 1]))
			at--;
		kill_text(e, at, e->cursor);
		break;
	case KEY_KILL_WORD:
		kill_text(e, e->cursor, word_right(e));
		break;
	case KEY_KILL_WORD_BACK:
		kill_text(e, word_left(e), e->cursor);
		break;
	case CTRL('y'):
		if (killed != NULL)
			insert(e, killed, strlen(killed));
		break;
	case CTRL('t'):
		transpose(e);
		break;
	case CTRL('l'):
		screen_put("\033[H\033[2J");
		e->row = 0;
		break;
	case CTRL('p'):
	case KEY_UP:
		go_in_history(e, e->history + 1);
		break;
	case CTRL('n'):
	case KEY_DOWN:
		if (e->history > 0)
			go_in_history(e, e->history - 1);
		break;
	default:
		move_or_erase(e, key);
	}
}

/* Obey keys until the line is finished; false at the end of input. */
static bool
edit(struct editor *e)
{
	bool drawn = false;

	for (;;) {
		int key;
		char c;

		if (!drawn)
			screen_refresh(e);
		drawn = false;
		key = screen_getc(e);
		if (key == CTRL('r') && (key = search_history(e)) == 0)
			continue;
		if (key == -1 || (key == CTRL('d') && e->line.len == 0))
			return false;
		if (key == '\n' || key == '\r')
			return true;
		if (key == CTRL('c')) {
			/* As the terminal would: there may be a trap. */
			screen_put("^C");
			e->line.len = 0;
			e->cancelled = true;
			kill(getpid(), SIGINT);
			return true;
		}
		if (key == '\t') {
			complete_word(e);
			continue;
		}
		e->tabbed = false;
		if (key == '\033')
			key = read_escape(e);
		if (key >= ' ' && key < 256 && key != DELETE) {
			c = (char)key;
			insert(e, &c, 1);
			drawn = e->cursor == e->line.len && screen_append(e);
		} else
			obey_control(e, key);
	}
}

static void
restore_screen(void *unused)
{
	(void)unused;
	screen_restore();
}

bool
edit_line(int fd, const char *prompt, struct buf *line)
{
	const char *last_row = strrchr(prompt, '\n');
	struct editor e = { .fd = fd };
	struct cleanup cleanup;
	bool more;

	if (!screen_raw(fd))
		return false;
	push_cleanup(&cleanup, restore_screen, NULL);
	if (last_row != NULL)
		write_all(STDERR_FILENO, prompt, (size_t)(last_row + 1 - prompt));
	e.prompt = last_row == NULL ? prompt : last_row + 1;
	buf_string(&e.line);
	more = edit(&e);
	if (!e.cancelled)
		screen_finish(&e);
	else if (!interrupted)
		screen_put("\n");
	pop_cleanup(&cleanup);
	if (!more)
		return false;
	buf_put(line, e.line.s, e.line.len);
	buf_putc(line, '\n');
	return true;
}
