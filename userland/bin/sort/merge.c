/*
 * Reading, sorting, merging.
 */
#include "sort.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUN_BYTES	((size_t)8 << 20)	/* of lines that are sorted in memory at once */
#define MOST_RUNS	16			/* merged at once */

struct run {
	struct line *lines;
	size_t count, size, bytes;
};

FILE *
open_input(const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

	if (f == NULL)
		err(2, "%s", name);
	return f;
}

/* Into s->line, which is overwritten. */
bool
read_line(struct source *s)
{
	ssize_t n = getdelim(&s->line.text, &s->size, options.newline, s->file);

	if (n == -1) {
		if (ferror(s->file))
			err(2, "%s", s->name);
		s->ended = true;
		return false;
	}
	s->line.length = (size_t)(s->line.text[n - 1] == options.newline ? n - 1 : n);
	prepare(&s->line);
	return true;
}

static void
write_line(FILE *f, const char *name, const struct line *l)
{
	fwrite(l->text, 1, l->length, f);
	if (putc(options.newline, f) == EOF)
		err(2, "%s", name);
}

static int
compare(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = compare_lines(x, y);

	return order != 0 ? order : x->number > y->number ? 1 : -1;
}

/* Writes the run in order, and empties it. */
static void
write_run(struct run *r, FILE *f, const char *name)
{
	const struct line *last = NULL;

	if (r->count > 0)
		qsort(r->lines, r->count, sizeof(*r->lines), compare);
	for (size_t i = 0; i < r->count; i++) {
		struct line *l = &r->lines[i];

		if (options.unique && last != NULL && compare_keys(last, l) == 0)
			continue;
		write_line(f, name, l);
		last = l;
	}
	for (size_t i = 0; i < r->count; i++)
		free(r->lines[i].text);
	r->count = r->bytes = 0;
}

static FILE *
temporary(void)
{
	FILE *f = tmpfile();

	if (f == NULL)
		err(2, "temporary file");
	return f;
}

/* Earlier sources win among equal lines. */
static void
merge(struct source *sources, size_t count, FILE *f, const char *name)
{
	struct line last = { NULL, 0, NULL, 0, 0 };
	bool any = false;

	for (size_t i = 0; i < count; i++)
		read_line(&sources[i]);
	for (;;) {
		struct source *best = NULL;

		for (size_t i = 0; i < count; i++)
			if (!sources[i].ended && (best == NULL || compare_lines(&sources[i].line, &best->line) < 0))
				best = &sources[i];
		if (best == NULL)
			break;
		if (!options.unique || !any || compare_keys(&last, &best->line) != 0) {
			write_line(f, name, &best->line);
			if (options.unique) {
				last.length = best->line.length;
				last.text = need(realloc(last.text, last.length + 1));
				memcpy(last.text, best->line.text, last.length);
				prepare(&last);
				any = true;
			}
		}
		read_line(best);
	}
	free(last.text);
	for (size_t i = 0; i < count; i++) {
		free(sources[i].line.text);
		if (sources[i].file != stdin)
			fclose(sources[i].file);
	}
}

/* Several runs become one: their places in time stay. */
static void
merge_runs(struct source *runs, size_t *count)
{
	FILE *f = temporary();

	merge(runs, *count, f, "temporary file");
	if (fflush(f) == EOF)
		err(2, "temporary file");
	rewind(f);
	runs[0] = (struct source){ .name = "temporary file", .file = f };
	*count = 1;
}

static void
spill(struct run *r, struct source *runs, size_t *count)
{
	FILE *f;

	if (*count == MOST_RUNS)
		merge_runs(runs, count);
	f = temporary();
	write_run(r, f, "temporary file");
	if (fflush(f) == EOF)
		err(2, "temporary file");
	rewind(f);
	runs[(*count)++] = (struct source){ .name = "temporary file", .file = f };
}

static FILE *
open_output(const char *name)
{
	FILE *f = name == NULL ? stdout : fopen(name, "w");

	if (f == NULL)
		err(2, "%s", name);
	return f;
}

static void
close_output(FILE *f, const char *name)
{
	if (fflush(f) == EOF)
		err(2, "%s", name == NULL ? "stdout" : name);
}

/* The output is opened when all has been read: it may be one of the files. */
void
sort_files(char **names, const char *output)
{
	struct source runs[MOST_RUNS + 1];
	struct run r = { NULL, 0, 0, 0 };
	size_t run_count = 0, number = 0;
	FILE *f;

	for (; *names != NULL; names++) {
		struct source s = { .name = *names, .file = open_input(*names) };

		while (read_line(&s)) {
			if (r.count == r.size) {
				r.size = r.size * 2 + 256;
				r.lines = need(reallocarray(r.lines, r.size, sizeof(*r.lines)));
			}
			/* The buffer that was read into is kept, cut to size. */
			s.line.text = need(realloc(s.line.text, s.line.length + 1));
			s.line.number = number++;
			prepare(&s.line);
			r.lines[r.count++] = s.line;
			r.bytes += s.line.length + sizeof(s.line) + 16;
			s.line.text = NULL;
			s.size = 0;
			if (r.bytes > RUN_BYTES)
				spill(&r, runs, &run_count);
		}
		free(s.line.text);
		if (s.file != stdin)
			fclose(s.file);
	}
	if (run_count > 0)
		spill(&r, runs, &run_count);
	f = open_output(output);
	if (run_count > 0)
		merge(runs, run_count, f, output);
	else
		write_run(&r, f, output);
	free(r.lines);
	close_output(f, output);
}

/* With -o the result goes to a temporary file first, for the same reason. */
void
merge_files(char **names, const char *output)
{
	struct source *sources;
	size_t count = 0, n;
	char buffer[8192];
	FILE *f = output == NULL ? stdout : temporary(), *g;

	while (names[count] != NULL)
		count++;
	sources = need(calloc(count, sizeof(*sources)));
	for (size_t i = 0; i < count; i++)
		sources[i] = (struct source){ .name = names[i], .file = open_input(names[i]) };
	merge(sources, count, f, output == NULL ? "stdout" : "temporary file");
	free(sources);
	if (output != NULL) {
		g = open_output(output);
		rewind(f);
		while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
			if (fwrite(buffer, 1, n, g) != n)
				err(2, "%s", output);
		fclose(f);
		f = g;
	}
	close_output(f, output);
}

bool
check_file(const char *name, bool say)
{
	struct source s = { .name = name, .file = open_input(name) };
	struct line last = { NULL, 0, NULL, 0, 0 };
	size_t last_size = 0;

	for (size_t number = 1; read_line(&s); number++) {
		struct line swap = last;
		size_t size = last_size;
		int order = number == 1 ? -1 : compare_lines(&last, &s.line);

		if (order > 0 || (order == 0 && options.unique)) {
			if (say)
				warnx("%s:%zu: disorder: %.*s", name, number, (int)s.line.length, s.line.text);
			return false;
		}
		last = s.line;
		last_size = s.size;
		s.line = swap;
		s.size = size;
	}
	return true;
}
