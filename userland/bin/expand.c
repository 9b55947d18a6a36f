/*
 * expand: blanks instead of tabs; unexpand: tabs instead of blanks.
 */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char expand_usage[] =
    "usage: expand [-i] [-t stops] [file ...]\n"
    "  -i        only tabs at the start of lines\n"
    "  -t stops  every so many columns (8), or at these, separated by commas or blanks\n";

static const char unexpand_usage[] =
    "usage: unexpand [-a] [-t stops] [file ...]\n"
    "  -a        blanks within lines, too\n"
    "  -t stops  every so many columns (8), or at these; implies -a\n";

static size_t *stops, stop_count, every = 8;
static bool reversed;		/* unexpand */
static bool whole;		/* not only at the start of lines */

static _Noreturn void
usage(int status)
{
	fputs(reversed ? unexpand_usage : expand_usage, status == 0 ? stdout : stderr);
	exit(status);
}

static void
parse_stops(const char *p)
{
	stop_count = 0;
	for (;;) {
		char *end;
		unsigned long n;

		p += strspn(p, ", \t");
		if (*p == '\0')
			break;
		n = strtoul(p, &end, 10);
		if (!isdigit((unsigned char)*p) || n == 0 || n > 1 << 30 ||
		    (stop_count > 0 && n <= stops[stop_count - 1]))
			errx(1, "%s: not ascending tab stops", p);
		if ((stops = realloc(stops, (stop_count + 1) * sizeof(*stops))) == NULL)
			err(1, NULL);
		stops[stop_count++] = n;
		p = end;
	}
	if (stop_count == 0)
		errx(1, "no tab stops");
	if (stop_count == 1) {
		every = stops[0];
		stop_count = 0;
	}
}

/* The stop after a column; 0 if there is none. */
static size_t
next_stop(size_t column)
{
	if (stop_count == 0)
		return (column / every + 1) * every;
	for (size_t i = 0; i < stop_count; i++)
		if (stops[i] > column)
			return stops[i];
	return 0;
}

static void
expand(FILE *f)
{
	size_t column = 0, stop;
	bool at_start = true;
	int c;

	while ((c = getc(f)) != EOF) {
		if (c == '\t' && (whole || at_start)) {
			if ((stop = next_stop(column)) == 0)
				stop = column + 1;
			for (; column < stop; column++)
				putchar(' ');
			continue;
		}
		putchar(c);
		if (c == '\n') {
			column = 0;
			at_start = true;
		} else if (c == '\b')
			column -= column > 0;
		else {
			column = c == '\t' ? next_stop(column) : column + 1;
			at_start &= c == ' ' || c == '\t';
		}
	}
}

/* What blanks from one column to another are best written as: a lone blank stays one within lines. */
static void
put_blanks(size_t from, size_t to, bool was_tab)
{
	size_t stop;

	for (; from < to && (stop = next_stop(from)) != 0 && stop <= to; from = stop)
		putchar(to - from == 1 && !was_tab ? ' ' : '\t');
	for (; from < to; from++)
		putchar(' ');
}

static void
unexpand(FILE *f)
{
	size_t column = 0, from = 0;	/* blanks from `from` to column are to be written */
	bool at_start = true, tab = false;
	int c;

	do {
		c = getc(f);
		if ((c == ' ' || c == '\t') && (whole || at_start)) {
			size_t stop = next_stop(column);

			if (c == ' ' || stop != 0) {
				column = c == ' ' ? column + 1 : stop;
				tab |= c == '\t';
				continue;
			}
		}
		put_blanks(from, column, tab);
		tab = false;
		if (c == EOF)
			break;
		putchar(c);
		at_start = c == '\n';
		if (c == '\n')
			column = 0;
		else if (c == '\b')
			column -= column > 0;
		else
			column++;
		from = column;
	} while (true);
}

static int
convert(const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	int status = 0;

	if (f == NULL) {
		warn("%s", name);
		return 1;
	}
	if (reversed)
		unexpand(f);
	else
		expand(f);
	if (ferror(f)) {
		warn("%s", name);
		status = 1;
	}
	if (f != stdin)
		fclose(f);
	return status;
}

int
main(int argc, char **argv)
{
	int c, status = 0;

	reversed = strcmp(getprogname(), "unexpand") == 0;
	whole = !reversed;
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, reversed ? "at:" : "it:")) != -1)
		switch (c) {
		case 'a': whole = true; break;
		case 'i': whole = false; break;
		case 't':
			parse_stops(optarg);
			whole |= reversed;
			break;
		default: usage(1);
		}
	if (optind == argc)
		status = convert("-");
	for (int i = optind; i < argc; i++)
		status |= convert(argv[i]);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
