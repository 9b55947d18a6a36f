/*
 * wc: count lines, words and bytes.
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
    "usage: wc [-c | -m] [-lw] [file ...]\n"
    "  -c  count bytes\n"
    "  -l  count lines\n"
    "  -m  count characters\n"
    "  -w  count words\n";

struct counts {
	unsigned long long lines, words, bytes;
};

static bool show_lines, show_words, show_bytes;

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static int
count(int fd, const char *name, struct counts *total)
{
	static unsigned char buffer[65536];
	static bool space[256];
	bool between = true;
	ssize_t n;

	for (int c = 0; c < 256; c++)
		space[c] = isspace(c);
	while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
		total->bytes += (unsigned long long)n;
		if (!show_lines && !show_words)
			continue;
		for (ssize_t i = 0; i < n; i++) {
			bool is_space = space[buffer[i]];

			total->lines += buffer[i] == '\n';
			total->words += between && !is_space;
			between = is_space;
		}
	}
	if (n == 0)
		return 0;
	warn("%s", name);
	return 1;
}

static void
print(const struct counts *c, const char *name)
{
	const unsigned long long numbers[] = { c->lines, c->words, c->bytes };
	const bool shown[] = { show_lines, show_words, show_bytes };
	const char *separator = "";
	int width = show_lines + show_words + show_bytes > 1 ? 7 : 0;

	for (int i = 0; i < 3; i++)
		if (shown[i]) {
			printf("%s%*llu", separator, width, numbers[i]);
			separator = " ";
		}
	if (name != NULL)
		printf(" %s", name);
	putchar('\n');
}

int
main(int argc, char **argv)
{
	struct counts total = { 0, 0, 0 };
	int c, status = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "clmw")) != -1)
		switch (c) {
		case 'c':
		case 'm': show_bytes = true; break;	/* the C locale's characters are bytes */
		case 'l': show_lines = true; break;
		case 'w': show_words = true; break;
		default: usage(1);
		}
	if (!show_lines && !show_words && !show_bytes)
		show_lines = show_words = show_bytes = true;
	if (optind == argc) {
		status = count(STDIN_FILENO, "stdin", &total);
		print(&total, NULL);
	}
	for (int i = optind; i < argc; i++) {
		struct counts one = { 0, 0, 0 };
		bool from_stdin = strcmp(argv[i], "-") == 0;
		int fd = from_stdin ? STDIN_FILENO : open(argv[i], O_RDONLY);

		if (fd == -1) {
			warn("%s", argv[i]);
			status = 1;
			continue;
		}
		status |= count(fd, argv[i], &one);
		print(&one, argv[i]);
		total.lines += one.lines;
		total.words += one.words;
		total.bytes += one.bytes;
		if (!from_stdin)
			close(fd);
	}
	if (argc - optind > 1)
		print(&total, "total");
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
