/*
 * Writing the changes.
 */
#include "diff.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void
put_line(const struct file *f, size_t n, const char *before)
{
	fputs(before, stdout);
	fwrite(f->lines[n].text, 1, f->lines[n].length, stdout);
	putchar('\n');
	if (f->lacks_newline && n + 1 == f->count)
		puts("\\ No newline at end of file");
}

/* Line numbers count from 1; an empty range is told by the line before it. */
static void
put_range(size_t first, size_t count)
{
	if (count <= 1)
		printf("%zu", first + count);
	else
		printf("%zu,%zu", first + 1, first + count);
}

static void
write_normal(const struct file files[2], const struct change *c)
{
	put_range(c->first[0], c->count[0]);
	putchar(c->count[0] == 0 ? 'a' : c->count[1] == 0 ? 'd' : 'c');
	put_range(c->first[1], c->count[1]);
	putchar('\n');
	for (size_t i = 0; i < c->count[0]; i++)
		put_line(&files[0], c->first[0] + i, "< ");
	if (c->count[0] > 0 && c->count[1] > 0)
		puts("---");
	for (size_t i = 0; i < c->count[1]; i++)
		put_line(&files[1], c->first[1] + i, "> ");
}

/* A line that is only a period would end the text: it gets a second one, which s then takes away. */
static void
write_ed(const struct file files[2], const struct change *c)
{
	bool in_text = c->count[1] > 0;

	put_range(c->first[0], c->count[0]);
	puts(c->count[0] == 0 ? "a" : c->count[1] == 0 ? "d" : "c");
	for (size_t i = 0; i < c->count[1]; i++) {
		const struct line *l = &files[1].lines[c->first[1] + i];

		if (!in_text)
			puts("a");
		in_text = true;
		if (l->length == 1 && l->text[0] == '.') {
			fputs("..\n.\ns/.//\n", stdout);
			in_text = false;
		} else {
			fwrite(l->text, 1, l->length, stdout);
			putchar('\n');
		}
	}
	if (in_text)
		puts(".");
}

static void
put_header(const char *mark, const struct file *f, const char *label)
{
	struct tm *tm = localtime(&f->st.st_mtime);
	char text[64];

	if (label != NULL) {
		printf("%s %s\n", mark, label);
		return;
	}
	if (options.style == CONTEXT) {
		strftime(text, sizeof(text), "%a %b %e %T %Y", tm);
		printf("%s %s\t%s\n", mark, f->name, text);
		return;
	}
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", tm);
	printf("%s %s\t%s.%09ld ", mark, f->name, text, (long)f->st.st_mtim.tv_nsec);
	strftime(text, sizeof(text), "%z", tm);
	puts(text);
}

/* The lines of one side that a group of changes and what is around them take up. */
static void
extent(const struct file files[2], const struct change *c, size_t count, int side, size_t *first, size_t *lines)
{
	const struct change *last = &c[count - 1];
	size_t before = c->first[0] < options.context ? c->first[0] : options.context;
	size_t end = last->first[0] + last->count[0], after = files[0].count - end;

	if (after > options.context)
		after = options.context;
	*first = c->first[side] - before;
	*lines = last->first[side] + last->count[side] + after - *first;
}

static void
put_unified_range(size_t first, size_t count)
{
	if (count == 1)
		printf("%zu", first + 1);
	else
		printf("%zu,%zu", count == 0 ? first : first + 1, count);
}

static void
write_unified(const struct file files[2], const struct change *c, size_t count)
{
	size_t first[2], lines[2], x;

	extent(files, c, count, 0, &first[0], &lines[0]);
	extent(files, c, count, 1, &first[1], &lines[1]);
	fputs("@@ -", stdout);
	put_unified_range(first[0], lines[0]);
	fputs(" +", stdout);
	put_unified_range(first[1], lines[1]);
	puts(" @@");
	x = first[0];
	for (size_t i = 0; i < count; i++) {
		for (; x < c[i].first[0]; x++)
			put_line(&files[0], x, " ");
		for (size_t n = 0; n < c[i].count[0]; n++)
			put_line(&files[0], x++, "-");
		for (size_t n = 0; n < c[i].count[1]; n++)
			put_line(&files[1], c[i].first[1] + n, "+");
	}
	for (; x < first[0] + lines[0]; x++)
		put_line(&files[0], x, " ");
}

/* One side of a group; nothing when that side has no changed lines. */
static void
put_side(const struct file files[2], const struct change *c, size_t count, int side, size_t first, size_t lines)
{
	size_t n = first, any = 0;

	for (size_t i = 0; i < count; i++)
		any += c[i].count[side];
	if (any == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		for (; n < c[i].first[side]; n++)
			put_line(&files[side], n, "  ");
		for (size_t k = 0; k < c[i].count[side]; k++)
			put_line(&files[side], n++, c[i].count[1 - side] > 0 ? "! " : side == 0 ? "- " : "+ ");
	}
	for (; n < first + lines; n++)
		put_line(&files[side], n, "  ");
}

static void
write_context(const struct file files[2], const struct change *c, size_t count)
{
	puts("***************");
	for (int side = 0; side < 2; side++) {
		size_t first, lines;

		extent(files, c, count, side, &first, &lines);
		fputs(side == 0 ? "*** " : "--- ", stdout);
		put_range(first, lines);
		puts(side == 0 ? " ****" : " ----");
		put_side(files, c, count, side, first, lines);
	}
}

/* Changes belong together when no more than what is shown around both is between them. */
static size_t
group(const struct change *c, size_t count)
{
	size_t n = 1;

	while (n < count && c[n].first[0] - (c[n - 1].first[0] + c[n - 1].count[0]) <= 2 * options.context)
		n++;
	return n;
}

void
write_changes(const struct file files[2], const struct change *c, size_t count)
{
	size_t n;

	switch (options.style) {
	case BRIEF:
		break;
	case NORMAL:
		for (size_t i = 0; i < count; i++)
			write_normal(files, &c[i]);
		break;
	case ED:
		for (size_t i = count; i > 0; i--)
			write_ed(files, &c[i - 1]);
		break;
	case UNIFIED:
	case CONTEXT:
		put_header(options.style == CONTEXT ? "***" : "---", &files[0], options.labels[0]);
		put_header(options.style == CONTEXT ? "---" : "+++", &files[1], options.labels[1]);
		for (size_t i = 0; i < count; i += n) {
			n = group(c + i, count - i);
			(options.style == CONTEXT ? write_context : write_unified)(files, c + i, n);
		}
		break;
	}
}
