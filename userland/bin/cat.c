/*
 * cat: copy files, or standard input, to standard output.
 */
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: cat [-benstuv] [file ...]\n"
    "  -b  number the lines that are not empty\n"
    "  -e  show ends of lines as $, and imply -v\n"
    "  -n  number the lines\n"
    "  -s  squeeze several empty lines into one\n"
    "  -t  show tabs as ^I, and imply -v\n"
    "  -u  do not delay output\n"
    "  -v  show what does not print as ^X and M-X\n";

static bool number_all, number_text, show_ends, squeeze, show_tabs, show_all;
static char buffer[65536];

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

/* Without options, bytes go as they come: no waiting for a full buffer, which is also what -u asks for. */
static int
copy(int fd, const char *name)
{
	ssize_t n, done, w;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		for (done = 0; done < n; done += w)
			if ((w = write(STDOUT_FILENO, buffer + done, (size_t)(n - done))) == -1)
				err(1, "stdout");
	if (n == 0)
		return 0;
	warn("%s", name);
	return 1;
}

static void
put_visible(int c)
{
	if (c == '\t' && !show_tabs) {
		putchar(c);
		return;
	}
	if (c & 0x80) {
		fputs("M-", stdout);
		c &= 0x7f;
	}
	if (iscntrl(c)) {
		putchar('^');
		c ^= 0x40;
	}
	putchar(c);
}

/* Line numbers and squeezing go on from one file to the next. */
static int
convert(FILE *f, const char *name)
{
	static bool at_start = true, last_empty;
	static long line;
	int c;

	while ((c = getc(f)) != EOF) {
		bool empty = at_start && c == '\n';

		if (at_start) {
			if (squeeze && empty && last_empty)
				continue;
			last_empty = empty;
			if (number_text ? !empty : number_all)
				printf("%6ld\t", ++line);
		}
		at_start = c == '\n';
		if (c == '\n') {
			if (show_ends)
				putchar('$');
			putchar(c);
		} else if (show_all)
			put_visible(c);
		else
			putchar(c);
	}
	if (ferror(stdout))
		err(1, "stdout");
	if (!ferror(f))
		return 0;
	warn("%s", name);
	return 1;
}

static int
cat(const char *name, bool plain)
{
	bool from_stdin = strcmp(name, "-") == 0;
	FILE *f;
	int fd, status;

	if (plain) {
		fd = from_stdin ? STDIN_FILENO : open(name, O_RDONLY);
		if (fd == -1) {
			warn("%s", name);
			return 1;
		}
		status = copy(fd, from_stdin ? "stdin" : name);
		if (!from_stdin)
			close(fd);
		return status;
	}
	f = from_stdin ? stdin : fopen(name, "r");
	if (f == NULL) {
		warn("%s", name);
		return 1;
	}
	status = convert(f, from_stdin ? "stdin" : name);
	if (from_stdin)
		clearerr(stdin);
	else
		fclose(f);
	return status;
}

int
main(int argc, char **argv)
{
	int c, status = 0;
	bool plain;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "benstuv")) != -1)
		switch (c) {
		case 'b': number_text = true; break;
		case 'e': show_ends = show_all = true; break;
		case 'n': number_all = true; break;
		case 's': squeeze = true; break;
		case 't': show_tabs = show_all = true; break;
		case 'u': setvbuf(stdout, NULL, _IONBF, 0); break;
		case 'v': show_all = true; break;
		default: usage(1);
		}
	plain = !(number_all || number_text || show_all || squeeze);
	if (optind == argc)
		status = cat("-", plain);
	for (int i = optind; i < argc; i++)
		status |= cat(argv[i], plain);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
