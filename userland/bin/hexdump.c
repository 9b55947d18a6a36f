/*
 * hexdump: show the bytes of files in hexadecimal.
 */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"

static const char usage_text[] =
    "usage: hexdump [-C] [-v] [-n length] [-s skip] [file ...]\n"
    "  -C         bytes, and beside them as characters; otherwise as 16-bit numbers\n"
    "  -n length  no more than so many bytes\n"
    "  -s skip    not the first so many bytes\n"
    "  -v         show lines that repeat\n";

#define LINE	16

static struct input input;
static bool canonical, verbose;
static unsigned long long skip, most = UINT64_MAX;

static _Noreturn void
usage(int code)
{
	fputs(usage_text, code == 0 ? stdout : stderr);
	exit(code);
}

static unsigned long long
number(const char *text)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 0);

	if (!isdigit((unsigned char)*text) || *end != '\0')
		errx(1, "%s: not a number", text);
	return n;
}

static void
put_canonical(const unsigned char *line, size_t length)
{
	putchar(' ');
	for (size_t i = 0; i < LINE; i++) {
		if (i == LINE / 2)
			putchar(' ');
		if (i < length)
			printf(" %02x", line[i]);
		else
			printf("   ");
	}
	printf("  |");
	for (size_t i = 0; i < length; i++)
		putchar(isprint(line[i]) ? line[i] : '.');
	puts("|");
}

static void
put_words(const unsigned char *line, size_t length)
{
	for (size_t i = 0; i < LINE; i += 2)
		if (i < length)
			printf(" %04x", line[i] | line[i + 1] << 8);
		else
			printf("     ");
	putchar('\n');
}

static void
dump(void)
{
	unsigned char line[LINE], last[LINE];
	unsigned long long offset = 0, left = most;
	bool repeated = false, any = false;
	size_t length;
	int c;

	while (offset < skip && next_byte(&input) != EOF)
		offset++;
	do {
		for (length = 0; length < LINE && left > 0 && (c = next_byte(&input)) != EOF; left--)
			line[length++] = (unsigned char)c;
		if (length == LINE && any && !verbose && memcmp(line, last, LINE) == 0) {
			if (!repeated)
				puts("*");
			repeated = true;
		} else if (length > 0) {
			memset(line + length, 0, LINE - length);
			printf(canonical ? "%08llx" : "%07llx", offset);
			(canonical ? put_canonical : put_words)(line, length);
			memcpy(last, line, LINE);
			any = true;
			repeated = false;
		}
		offset += length;
	} while (length == LINE);
	if (offset > 0)
		printf(canonical ? "%08llx\n" : "%07llx\n", offset);
}

int
main(int argc, char **argv)
{
	int c;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "Cn:s:v")) != -1)
		switch (c) {
		case 'C': canonical = true; break;
		case 'n': most = number(optarg); break;
		case 's': skip = number(optarg); break;
		case 'v': verbose = true; break;
		default: usage(1);
		}
	input = input_of(argc, argv, optind);
	dump();
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return input.failed;
}
