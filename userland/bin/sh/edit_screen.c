/*
 * The line editor's terminal: its modes, and drawing a line that may take several rows.
 */
#include <sys/ioctl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "edit.h"

static struct termios before;
static int raw_fd = -1;

/* Keys as they are typed, without echo. Output is processed as ever. */
bool
screen_raw(int fd)
{
	struct termios raw;

	if (tcgetattr(fd, &before) == -1)
		return false;
	raw = before;
	raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IXON);
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSADRAIN, &raw) == -1)
		return false;
	raw_fd = fd;
	return true;
}

void
screen_restore(void)
{
	if (raw_fd != -1)
		tcsetattr(raw_fd, TCSADRAIN, &before);
	raw_fd = -1;
}

int
screen_getc(struct editor *e)
{
	unsigned char c;
	ssize_t n;

	while ((n = read(e->fd, &c, 1)) == -1 && errno == EINTR)
		continue;
	return n <= 0 ? -1 : c;
}

void
screen_put(const char *s)
{
	write_all(STDERR_FILENO, s, strlen(s));
}

static size_t
columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

struct place {
	size_t row, column;
};

/* Where the screen's cursor is after these bytes. Escape sequences and UTF-8's later bytes take no room. */
static struct place
advance(struct place p, const char *s, size_t length, size_t width)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '\033' && i + 1 < length && s[i + 1] == '[') {
			for (i += 2; i < length && !(s[i] >= '@' && s[i] <= '~'); i++)
				continue;
			continue;
		}
		if (c == '\n') {
			p.row++;
			p.column = 0;
			continue;
		}
		if (c >= 0x80 && c < 0xc0)
			continue;
		p.column += c < ' ' || c == 0x7f ? 2 : 1;
		if (p.column >= width) {
			p.row++;
			p.column -= width;
		}
	}
	return p;
}

/* Control characters are shown as ^X. */
static void
put_visible(struct buf *out, const char *s, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c != '\n' && (c < ' ' || c == 0x7f)) {
			buf_putc(out, '^');
			buf_putc(out, (char)(c ^ 0x40));
		} else
			buf_putc(out, s[i]);
	}
}

/* Draw the whole line and put the cursor where it belongs. */
void
screen_refresh(struct editor *e)
{
	struct place start = { 0, 0 }, end, cursor;
	struct mark mark = temp_mark();
	struct buf out = { 0 };
	size_t width = columns();

	if (e->row > 0)
		buf_puts(&out, temp_printf("\033[%zuA", e->row));
	buf_puts(&out, "\r");
	buf_puts(&out, e->prompt);
	put_visible(&out, e->line.s, e->line.len);
	start = advance(start, e->prompt, strlen(e->prompt), width);
	end = advance(start, e->line.s, e->line.len, width);
	cursor = advance(start, e->line.s, e->cursor, width);
	/* Terminals stay in the last column until there is something to write in the next row. */
	if (end.column == 0 && end.row > 0 && (e->line.len == 0 || e->line.s[e->line.len - 1] != '\n'))
		buf_puts(&out, "\n");
	buf_puts(&out, "\033[J");
	if (end.row > cursor.row)
		buf_puts(&out, temp_printf("\033[%zuA", end.row - cursor.row));
	buf_puts(&out, "\r");
	if (cursor.column > 0)
		buf_puts(&out, temp_printf("\033[%zuC", cursor.column));
	e->row = cursor.row;
	write_all(STDERR_FILENO, out.s, out.len);
	temp_release(mark);
}

/* A character has been added at the line's end: if that is all, draw only it. */
bool
screen_append(struct editor *e)
{
	struct place end = { 0, 0 };
	char c = e->line.s[e->line.len - 1];
	size_t width = columns();

	end = advance(end, e->prompt, strlen(e->prompt), width);
	end = advance(end, e->line.s, e->line.len, width);
	if (c < ' ' || c > '~' || end.column == 0)
		return false;
	write_all(STDERR_FILENO, &c, 1);
	return true;
}

void
screen_finish(struct editor *e)
{
	e->cursor = e->line.len;
	screen_refresh(e);
	screen_put("\n");
	e->row = 0;
}

/* Show words in columns, below the line. */
void
screen_list(struct editor *e, char **words, size_t n)
{
	size_t longest = 0, per_row, cursor = e->cursor, rows;
	struct buf out = { 0 };

	screen_finish(e);
	e->cursor = cursor;
	for (size_t i = 0; i < n; i++) {
		if (strlen(words[i]) > longest)
			longest = strlen(words[i]);
	}
	per_row = columns() / (longest + 2);
	if (per_row == 0)
		per_row = 1;
	rows = (n + per_row - 1) / per_row;
	for (size_t row = 0; row < rows; row++) {
		for (size_t i = row; i < n; i += rows) {
			buf_puts(&out, words[i]);
			for (size_t pad = strlen(words[i]); i + rows < n && pad < longest + 2; pad++)
				buf_putc(&out, ' ');
		}
		buf_putc(&out, '\n');
	}
	write_all(STDERR_FILENO, out.s, out.len);
}
