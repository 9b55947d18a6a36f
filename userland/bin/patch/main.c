/*
 * patch: change files as diff has found that they differ.
 */
#define _OPENBSD_SOURCE	/* strtonum */
#include "patch.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: patch [-NRbs] [-d directory] [-i patch] [-o output] [-p count] [file]\n"
    "  -N  leave out what seems to have been applied    -R  the patch is from new to old\n"
    "  -b  keep the old file, as file.orig              -d  go to this directory first\n"
    "  -i  read the patch from this file                -o  write the result there\n"
    "  -p  leave out so many leading directories of names in the patch\n"
    "  -s  say nothing unless something goes wrong\n"
    "Unified diffs and those without options are understood.\n";

static bool reversed, forward, keep_old, silent;
static const char *output;
static int status;

static _Noreturn void
usage(int code)
{
	fputs(usage_text, code == 0 ? stdout : stderr);
	exit(code);
}

void *
need(void *p)
{
	if (p == NULL)
		err(2, NULL);
	return p;
}

static void
write_lines(const struct lines *l, const char *name)
{
	FILE *f = fopen(name, "w");

	if (f == NULL)
		err(2, "%s", name);
	for (size_t i = 0; i < l->count; i++)
		fwrite(l->lines[i].text, 1, l->lines[i].length, f);
	if (fclose(f) == EOF)
		err(2, "%s", name);
}

static void
reject(const struct hunk *h, const char *name, bool first)
{
	char *path;
	FILE *f;

	if (asprintf(&path, "%s.rej", name) == -1)
		err(2, NULL);
	if ((f = fopen(path, first ? "w" : "a")) == NULL)
		err(2, "%s", path);
	for (size_t i = h->first_line; i < h->end_line; i++)
		fwrite(patch.lines[i].text, 1, patch.lines[i].length, f);
	if (fclose(f) == EOF)
		err(2, "%s", path);
	free(path);
}

static void
report(size_t number, const struct hunk *h, size_t where, size_t fuzz, long offset)
{
	if (silent || (fuzz == 0 && offset == 0))
		return;
	printf("Hunk #%zu succeeded at %zu", number, where + (h->old.count > 0));
	if (fuzz > 0)
		printf(" with fuzz %zu", fuzz);
	if (offset != 0)
		printf(" (offset %ld line%s)", offset, offset == 1 ? "" : "s");
	puts(".");
}

/* Whether the hunk's new lines are where it would put them. */
static bool
is_applied(const struct lines *l, const struct hunk *h)
{
	struct lines copy = { NULL, 0, 0 };
	struct hunk backwards = *h;
	size_t from = 0, where, fuzz;
	long offset = 0;
	bool applied;

	for (size_t i = 0; i < l->count; i++)
		add_line(&copy, l->lines[i].text, l->lines[i].length);
	backwards.old = h->new;
	backwards.new = h->old;
	applied = h->new.count > 0 && apply_hunk(&copy, &backwards, &offset, &from, &where, &fuzz) && fuzz == 0;
	free(copy.lines);
	return applied;
}

static void
finish(const struct lines *l, const char *name)
{
	char *old;

	if (keep_old) {
		if (asprintf(&old, "%s.orig", name) == -1)
			err(2, NULL);
		if (rename(name, old) == -1 && access(name, F_OK) == 0)
			err(2, "%s", old);
		free(old);
	}
	write_lines(l, output != NULL ? output : name);
}

/* All hunks for one file. */
static void
patch_file(const char *name)
{
	FILE *f = fopen(name, "r");
	struct lines l = { NULL, 0, 0 };
	size_t number = 0, failed = 0, from = 0;
	long offset = 0, drift = 0;
	struct hunk h;

	if (f != NULL) {
		read_lines(&l, f);
		fclose(f);
	}
	if (!silent)
		printf("patching file %s\n", name);
	while (read_hunk(&h, reversed)) {
		size_t where = 0, fuzz = 0;
		long before = offset;
		/* The numbers are of the old file's lines: what earlier hunks have added is part of the offset. */
		bool good = apply_hunk(&l, &h, &offset, &from, &where, &fuzz);

		number++;
		if (good) {
			drift += offset - before - ((long)h.new.count - (long)h.old.count);
			report(number, &h, where, fuzz, drift);
		} else if (forward && is_applied(&l, &h)) {
			if (!silent)
				printf("Hunk #%zu has been applied before, left out.\n", number);
			status = 1;
		} else {
			printf("Hunk #%zu FAILED at %zu.\n", number, h.start + 1);
			reject(&h, name, failed++ == 0);
		}
		free_hunk(&h);
	}
	if (failed > 0) {
		printf("%zu out of %zu hunks failed--saving rejects to file %s.rej\n", failed, number, name);
		status = 1;
	}
	if (failed < number)
		finish(&l, name);
	free(l.lines);
}

static size_t
number_of(const char *text)
{
	const char *wrong;
	size_t n = (size_t)strtonum(text, 0, 1000, &wrong);

	if (wrong != NULL)
		errx(2, "%s: the number is %s", text, wrong);
	return n;
}

int
main(int argc, char **argv)
{
	const char *input = NULL, *directory = NULL;
	size_t strip = 0;
	bool any = false;
	FILE *f = stdin;
	int c;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "NRbd:i:o:p:su")) != -1)
		switch (c) {
		case 'N': forward = true; break;
		case 'R': reversed = true; break;
		case 'b': keep_old = true; break;
		case 'd': directory = optarg; break;
		case 'i': input = optarg; break;
		case 'o': output = optarg; break;
		case 'p': strip = number_of(optarg); break;
		case 's': silent = true; break;
		case 'u': break;
		default: usage(2);
		}
	if (argc - optind > 1)
		usage(2);
	if (input != NULL && strcmp(input, "-") != 0 && (f = fopen(input, "r")) == NULL)
		err(2, "%s", input);
	read_patch(f, input == NULL ? "stdin" : input);
	if (directory != NULL && chdir(directory) == -1)
		err(2, "%s", directory);
	while (!patch_ended()) {
		char *name = read_header(strip, reversed);

		if (!at_hunk()) {
			if (!patch_ended())
				patch_line++;
			free(name);
			continue;
		}
		any = true;
		if (optind < argc)
			patch_file(argv[optind]);
		else if (name != NULL)
			patch_file(name);
		else
			errx(2, "the patch does not tell which file it is for");
		free(name);
	}
	if (!any)
		errx(2, "there is no patch in the input");
	if (fflush(stdout) == EOF)
		err(2, "stdout");
	return status;
}
