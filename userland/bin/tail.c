/*
 * tail: copy the last part of files, or all from some point on.
 *
 * What can be sought is read from its end backwards; from a pipe, as much is kept as may be needed.
 */
#define _OPENBSD_SOURCE	/* strtonum */
#include <sys/stat.h>
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: tail [-f] [-r] [-n [+]lines | -c [+]bytes] [file ...]\n"
    "  -c bytes  the last bytes; with +, all from that byte on\n"
    "  -f        at the end, wait for more\n"
    "  -n lines  the last lines (10); with +, all from that line on\n"
    "  -r        lines in reverse order (all, unless -n says how many)\n";

static bool bytes, from_start, follow, reverse;
static long long count = 10;
static bool counted;

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static void
set_count(const char *text, bool in_bytes)
{
	const char *wrong;

	bytes = in_bytes;
	counted = true;
	from_start = text[0] == '+';
	if (text[0] == '+' || text[0] == '-')
		text++;
	count = strtonum(text, 0, INT64_MAX, &wrong);
	if (wrong != NULL)
		errx(1, "%s: the count is %s", text, wrong);
}

static void
copy_rest(FILE *f)
{
	static char buffer[65536];
	size_t n;

	while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		fwrite(buffer, 1, n, stdout);
}

static void
skip(FILE *f)
{
	long long left = count - 1;

	for (int c; left > 0 && (c = getc(f)) != EOF;)
		if (bytes || c == '\n')
			left--;
	copy_rest(f);
}

/* Where the last `count` lines of data start; the newline that ends the data ends no earlier line. */
static size_t
last_lines(const char *data, size_t size, long long *wanted)
{
	size_t i = size;

	if (*wanted == 0)
		return size;
	if (i > 0 && data[i - 1] == '\n')
		i--;
	for (; i > 0; i--)
		if (data[i - 1] == '\n' && --*wanted == 0)
			return i;
	return 0;
}

/* Keeps a block's worth more than what is needed, so that finding the start is done rarely. */
static char *
read_tail(FILE *f, size_t *size)
{
	size_t room = 0, used = 0, check = 1 << 20, n;
	char *data = NULL;

	for (;;) {
		if (room - used < 65536) {
			room = room * 2 + 131072;
			if ((data = realloc(data, room)) == NULL)
				err(1, NULL);
		}
		if ((n = fread(data + used, 1, 65536, f)) == 0)
			break;
		used += n;
		if (used >= check && !reverse) {
			long long wanted = count;
			size_t start = !bytes ? last_lines(data, used, &wanted) :
			    used > (size_t)count ? used - (size_t)count : 0;

			memmove(data, data + start, used - start);
			used -= start;
			check = used * 2 + (1 << 20);
		}
	}
	*size = used;
	return data;
}

static void
print_tail(FILE *f)
{
	size_t size, start, end;
	char *data = read_tail(f, &size);
	long long wanted = count;

	if (bytes)
		start = size > (size_t)count ? size - (size_t)count : 0;
	else
		start = last_lines(data, size, &wanted);
	if (!reverse) {
		fwrite(data + start, 1, size - start, stdout);
		free(data);
		return;
	}
	if (!counted)
		start = 0;
	for (end = size; end > start; end = size) {
		size = end - 1;
		while (size > start && data[size - 1] != '\n')
			size--;
		fwrite(data + size, 1, end - size, stdout);
	}
	free(data);
}

/* Moves to where the tail starts, reading backwards.  False when the file cannot be sought. */
static bool
seek_tail(FILE *f)
{
	static char block[16384];
	struct stat st;
	long long wanted = count;
	off_t here = ftello(f), at;

	if (here == -1 || fstat(fileno(f), &st) == -1 || !S_ISREG(st.st_mode))
		return false;
	if (bytes) {
		at = st.st_size - here > count ? st.st_size - (off_t)count : here;
		return fseeko(f, at, SEEK_SET) == 0;
	}
	for (at = st.st_size; at > here;) {
		size_t n = at - here < (off_t)sizeof(block) ? (size_t)(at - here) : sizeof(block);
		size_t start;

		if (fseeko(f, at - (off_t)n, SEEK_SET) == -1 || fread(block, 1, n, f) != n)
			return false;
		/* Only the file's last newline is no boundary: count one more where a later block begins. */
		if (at != st.st_size && block[n - 1] == '\n' && --wanted == 0)
			break;
		start = last_lines(block, n, &wanted);
		if (wanted == 0) {
			at += (off_t)start - (off_t)n;
			break;
		}
		at -= (off_t)n;
	}
	return fseeko(f, at, SEEK_SET) == 0;
}

static int
tail(FILE *f, const char *name)
{
	if (reverse)
		print_tail(f);
	else if (from_start)
		skip(f);
	else if (seek_tail(f))
		copy_rest(f);
	else
		print_tail(f);
	if (ferror(f)) {
		warn("%s", name);
		return 1;
	}
	return 0;
}

static _Noreturn void
wait_for_more(FILE *f, const char *name)
{
	for (;;) {
		copy_rest(f);
		if (fflush(stdout) == EOF)
			err(1, "stdout");
		if (ferror(f))
			err(1, "%s", name);
		clearerr(f);
		sleep(1);
	}
}

static int
tail_of(const char *name, bool title, bool last)
{
	static bool began;
	bool from_stdin = strcmp(name, "-") == 0;
	FILE *f = from_stdin ? stdin : fopen(name, "r");
	int status;

	if (f == NULL) {
		warn("%s", name);
		return 1;
	}
	if (title)
		printf("%s==> %s <==\n", began ? "\n" : "", from_stdin ? "standard input" : name);
	began = true;
	status = tail(f, from_stdin ? "stdin" : name);
	if (follow && last && status == 0)
		wait_for_more(f, name);
	if (!from_stdin)
		fclose(f);
	return status;
}

/* tail -5, tail +5, tail -5c, tail -5f: how it was said before there were -n and -c. */
static bool
old_style(char *arg)
{
	size_t n;

	if ((arg[0] != '-' && arg[0] != '+') || !isdigit((unsigned char)arg[1]))
		return false;
	n = 1 + strspn(arg + 1, "0123456789");
	follow = strchr(arg + n, 'f') != NULL;
	reverse = strchr(arg + n, 'r') != NULL;
	bytes = strchr(arg + n, 'c') != NULL;
	if (strspn(arg + n, "flcr") != strlen(arg + n))
		return false;
	arg[n] = '\0';
	set_count(arg, bytes);
	return true;
}

int
main(int argc, char **argv)
{
	int c, status = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	if (argc > 1 && old_style(argv[1])) {
		argv[1] = argv[0];
		argc--;
		argv++;
	}
	while ((c = getopt(argc, argv, "c:fn:r")) != -1)
		switch (c) {
		case 'c': set_count(optarg, true); break;
		case 'f': follow = true; break;
		case 'n': set_count(optarg, false); break;
		case 'r': reverse = true; break;
		default: usage(1);
		}
	if (reverse && (bytes || from_start))
		usage(1);
	if (optind == argc)
		status = tail_of("-", false, true);
	for (int i = optind; i < argc; i++)
		status |= tail_of(argv[i], argc - optind > 1, i == argc - 1);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
