/*
 * more: show text a screenful at a time.  Where output is no terminal, it copies.
 *
 * Space: next screen; Enter: next line; b: a screen back; /text: search; n: again; q: quit; h: help.
 */
#include <sys/ioctl.h>
#include <err.h>
#include <fcntl.h>
#include <regex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: more [-cels] [-n lines] [file ...]\n"
    "  -n lines  of a screen      -s  several empty lines are one      -c -e -l  have no effect\n"
    "Keys: space next screen, return next line, b a screen back, /re search, n again, q quit, h help\n";

static const char help_text[] =
    "space  next screen      return  next line     b  a screen back\n"
    "/re    search           n       search again  :n next file      q  quit\n";

static struct termios cooked;
static int terminal = -1;
static size_t rows = 24, columns = 80;
static bool squeeze;
static char **lines;		/* of the file, as far as it has been read */
static size_t *lengths, count, room;
static regex_t pattern;
static bool has_pattern;

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static void
restore(void)
{
	if (terminal >= 0)
		tcsetattr(terminal, TCSADRAIN, &cooked);
}

static void
leave(int signal_number)
{
	restore();
	_exit(128 + signal_number);
}

/* Keys come from the terminal even when the text comes from standard input. */
static void
open_terminal(void)
{
	struct winsize size;
	struct termios raw;

	terminal = open("/dev/tty", O_RDWR);
	if (terminal == -1)
		terminal = STDERR_FILENO;
	if (tcgetattr(terminal, &cooked) == -1)
		err(1, "terminal");
	raw = cooked;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(terminal, TCSADRAIN, &raw);
	atexit(restore);
	signal(SIGINT, leave);
	signal(SIGTERM, leave);
	if (ioctl(terminal, TIOCGWINSZ, &size) == 0) {
		if (size.ws_row > 1)
			rows = size.ws_row;
		if (size.ws_col > 1)
			columns = size.ws_col;
	}
}

static int
read_key(void)
{
	unsigned char c;

	fflush(stdout);
	return read(terminal, &c, 1) == 1 ? c : 'q';
}

/* Makes sure that line n has been read; false if there is none. */
static bool
have_line(FILE *f, size_t n)
{
	while (count <= n) {
		size_t size = 0;
		char *line = NULL;
		ssize_t length = getline(&line, &size, f);

		if (length == -1) {
			free(line);
			return false;
		}
		if (squeeze && length == 1 && line[0] == '\n' && count > 0 && lengths[count - 1] == 1 &&
		    lines[count - 1][0] == '\n') {
			free(line);
			continue;
		}
		if (count == room) {
			room = room * 2 + 256;
			lines = realloc(lines, room * sizeof(char *));
			lengths = realloc(lengths, room * sizeof(size_t));
			if (lines == NULL || lengths == NULL)
				err(1, NULL);
		}
		lines[count] = line;
		lengths[count++] = (size_t)length;
	}
	return true;
}

static size_t
height(size_t n)
{
	size_t width = 0;

	for (size_t i = 0; i < lengths[n]; i++)
		width = lines[n][i] == '\t' ? (width / 8 + 1) * 8 : width + (lines[n][i] != '\n');
	return width == 0 ? 1 : (width + columns - 1) / columns;
}

/* Shows lines from n on until so many rows are full; the next line. */
static size_t
show(FILE *f, size_t n, size_t full)
{
	for (size_t used = 0; have_line(f, n); n++) {
		if (used > 0 && used + height(n) > full)
			break;
		used += height(n);
		fwrite(lines[n], 1, lengths[n], stdout);
		if (used >= full) {
			n++;
			break;
		}
	}
	return n;
}

static size_t
screen_back(size_t n)
{
	size_t wanted = 2 * (rows - 1), used = 0;

	while (n > 0 && used + height(n - 1) <= wanted)
		used += height(--n);
	return n;
}

static void
read_pattern(void)
{
	char text[256];
	size_t length = 0;
	int c;

	putchar('/');
	while ((c = read_key()) != '\n' && c != '\r')
		if (c == 0x7f || c == '\b') {
			if (length > 0) {
				length--;
				fputs("\b \b", stdout);
			}
		} else if (length + 1 < sizeof(text)) {
			text[length++] = (char)c;
			putchar(c);
		}
	text[length] = '\0';
	if (length == 0)
		return;
	if (has_pattern)
		regfree(&pattern);
	has_pattern = regcomp(&pattern, text, REG_NOSUB) == 0;
}

static size_t
search(FILE *f, size_t from)
{
	for (size_t n = from; has_pattern && have_line(f, n); n++)
		if (regexec(&pattern, lines[n], 0, NULL, 0) == 0)
			return n;
	fputs("\r\033[Kno match", stdout);
	read_key();
	return from;
}

/* False when it is over for all files. */
static bool
page(FILE *f, const char *name)
{
	size_t n = show(f, 0, rows - 1);

	while (have_line(f, n)) {
		int key;

		printf("\033[7m--%s--\033[m", name == NULL ? "more" : name);
		key = read_key();
		fputs("\r\033[K", stdout);
		switch (key) {
		case ' ':
		case 'f': n = show(f, n, rows - 1); break;
		case '\n':
		case '\r':
		case 'j': n = show(f, n, 1); break;
		case 'd': n = show(f, n, rows / 2); break;
		case 'b': n = show(f, screen_back(n), rows - 1); break;
		case 'g': n = show(f, 0, rows - 1); break;
		case '/':
			read_pattern();
			fputs("\r\033[K", stdout);
			n = show(f, search(f, n), rows - 1);
			break;
		case 'n': n = show(f, search(f, n), rows - 1); break;
		case ':':
			if (read_key() == 'n')
				return true;
			break;
		case 'h':
		case '?': fputs(help_text, stdout); break;
		case 'q':
		case 'Q':
		case 4: return false;
		}
	}
	return true;
}

static void
forget(void)
{
	for (size_t i = 0; i < count; i++)
		free(lines[i]);
	count = 0;
}

/* As cat does, with -s. */
static void
copy(FILE *f, const char *name)
{
	int c, newlines = 1;

	while ((c = getc(f)) != EOF) {
		newlines = c == '\n' ? newlines + 1 : 0;
		if (!squeeze || newlines < 3)
			putchar(c);
	}
	if (ferror(f))
		warn("%s", name);
}

int
main(int argc, char **argv)
{
	bool to_terminal = isatty(STDOUT_FILENO) != 0;
	int c, status = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	if (to_terminal)
		open_terminal();
	while ((c = getopt(argc, argv, "celn:s")) != -1)
		switch (c) {
		case 'c':
		case 'e':
		case 'l': break;
		case 'n':
			rows = (size_t)strtoul(optarg, NULL, 10) + 1;
			if (rows < 2)
				usage(1);
			break;
		case 's': squeeze = true; break;
		default: usage(1);
		}
	if (optind == argc) {
		if (to_terminal)
			page(stdin, NULL);
		else
			copy(stdin, "stdin");
	}
	for (int i = optind; i < argc; i++) {
		FILE *f = strcmp(argv[i], "-") == 0 ? stdin : fopen(argv[i], "r");

		if (f == NULL) {
			warn("%s", argv[i]);
			status = 1;
			continue;
		}
		if (argc - optind > 1)
			printf("::::::::::::::\n%s\n::::::::::::::\n", argv[i]);
		if (!to_terminal)
			copy(f, argv[i]);
		else if (!page(f, argv[i]))
			break;
		forget();
		if (f != stdin)
			fclose(f);
	}
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
