/*
 * Patches: unified diffs, and diffs as diff writes them without options.
 */
#include "patch.h"

#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

struct lines patch;
size_t patch_line;

void
read_patch(FILE *f, const char *name)
{
	read_lines(&patch, f);
	if (ferror(f))
		err(2, "%s", name);
}

bool
patch_ended(void)
{
	return patch_line >= patch.count;
}

static bool
starts_with(size_t n, const char *text)
{
	return n < patch.count && patch.lines[n].length >= strlen(text) &&
	    memcmp(patch.lines[n].text, text, strlen(text)) == 0;
}

/* 3, or 3,5: the first and the last number.  False if it is neither. */
static bool
numbers(const char **p, size_t *first, size_t *second, size_t otherwise)
{
	char *end;

	if (!isdigit((unsigned char)**p))
		return false;
	*first = strtoul(*p, &end, 10);
	*second = otherwise == 0 ? *first : otherwise;
	if (*end == ',' && isdigit((unsigned char)end[1]))
		*second = strtoul(end + 1, &end, 10);
	*p = end;
	return true;
}

/* 1,2c3,4 and the like. */
static bool
parse_command(size_t n, size_t range[4], char *letter)
{
	const char *p;

	if (n >= patch.count)
		return false;
	p = patch.lines[n].text;
	if (!numbers(&p, &range[0], &range[1], 0) || *p == '\0' || strchr("acd", *p) == NULL)
		return false;
	*letter = *p++;
	return numbers(&p, &range[2], &range[3], 0) && (*p == '\n' || *p == '\0');
}

/* -1,2 +3,4 @@ */
static bool
parse_unified(size_t n, size_t range[4])
{
	const char *p;

	if (!starts_with(n, "@@ -"))
		return false;
	p = patch.lines[n].text + 4;
	if (!numbers(&p, &range[0], &range[1], 1) || strncmp(p, " +", 2) != 0)
		return false;
	p += 2;
	return numbers(&p, &range[2], &range[3], 1) && strncmp(p, " @@", 3) == 0;
}

bool
at_hunk(void)
{
	size_t range[4];
	char letter;

	return parse_unified(patch_line, range) || parse_command(patch_line, range, &letter);
}

/* The name in a header line, with as many leading components taken away; NULL for /dev/null. */
static char *
file_name(const struct line *l, size_t strip)
{
	const char *start = l->text + 4, *end;
	char *name;

	for (end = start; *end != '\t' && *end != '\n' && *end != '\0';)
		end++;
	name = need(strndup(start, (size_t)(end - start)));
	if (strcmp(name, "/dev/null") == 0) {
		free(name);
		return NULL;
	}
	start = name;
	for (; strip > 0 && strchr(start, '/') != NULL; strip--)
		start = strchr(start, '/') + strspn(strchr(start, '/'), "/");
	memmove(name, start, strlen(start) + 1);
	return name;
}

static bool
exists(const char *name)
{
	FILE *f = name == NULL ? NULL : fopen(name, "r");

	if (f != NULL)
		fclose(f);
	return f != NULL;
}

char *
read_header(size_t strip, bool reversed)
{
	for (; !patch_ended() && !at_hunk(); patch_line++) {
		char *old, *new, *chosen;

		if (!starts_with(patch_line, "--- ") || !starts_with(patch_line + 1, "+++ "))
			continue;
		old = file_name(&patch.lines[patch_line], strip);
		new = file_name(&patch.lines[patch_line + 1], strip);
		patch_line += 2;
		if (reversed) {
			chosen = old;
			old = new;
			new = chosen;
		}
		chosen = new != NULL && (old == NULL || exists(new) || !exists(old)) ? new : old;
		free(chosen == new ? old : new);
		return chosen;
	}
	return NULL;
}

/* "\ No newline at end of file" takes the newline from the line before. */
static void
take_newline(struct lines *l)
{
	if (l->count > 0 && l->lines[l->count - 1].length > 0)
		l->lines[l->count - 1].length--;
}

static bool
read_unified(struct hunk *h, const size_t range[4])
{
	char last = ' ';

	while (h->old.count < range[1] || h->new.count < range[3] || starts_with(patch_line, "\\")) {
		const struct line *l = &patch.lines[patch_line];
		bool empty = patch_line < patch.count && l->length > 0 && l->text[0] == '\n';
		char mark;

		if (patch_line >= patch.count)
			return false;
		mark = empty ? ' ' : l->text[0];	/* a blank may have been lost */
		patch_line++;
		if (mark == '\\') {
			if (last != '+')
				take_newline(&h->old);
			if (last != '-')
				take_newline(&h->new);
			continue;
		}
		if (strchr(" +-", mark) == NULL)
			return false;
		if (mark != '+')
			add_line(&h->old, l->text + !empty, l->length - !empty);
		if (mark != '-')
			add_line(&h->new, l->text + !empty, l->length - !empty);
		if (mark != ' ')
			h->context_after = 0;
		else if (h->context_before + 1 == h->old.count && h->old.count == h->new.count)
			h->context_before++;
		else
			h->context_after++;
		last = mark;
	}
	return true;
}

static bool
read_side(struct lines *l, char mark, size_t count)
{
	for (; count > 0; count--, patch_line++) {
		const struct line *p = &patch.lines[patch_line];

		if (patch_line >= patch.count || p->length < 2 || p->text[0] != mark)
			return false;
		add_line(l, p->text + 2, p->length - 2);
	}
	if (starts_with(patch_line, "\\")) {
		take_newline(l);
		patch_line++;
	}
	return true;
}

static bool
read_normal(struct hunk *h, const size_t range[4], char letter)
{
	if (letter != 'a' && !read_side(&h->old, '<', range[1] - range[0] + 1))
		return false;
	if (letter == 'c') {
		if (!starts_with(patch_line, "---"))
			return false;
		patch_line++;
	}
	return letter == 'd' || read_side(&h->new, '>', range[3] - range[2] + 1);
}

/* False at the end of the file's hunks. */
bool
read_hunk(struct hunk *h, bool reversed)
{
	size_t range[4];
	char letter = 'c';
	bool unified = parse_unified(patch_line, range), good;

	memset(h, 0, sizeof(*h));
	if (!unified && !parse_command(patch_line, range, &letter))
		return false;
	h->first_line = patch_line++;
	good = unified ? read_unified(h, range) : read_normal(h, range, letter);
	if (!good)
		errx(2, "line %zu of the patch: the hunk is damaged", patch_line + 1);
	h->end_line = patch_line;
	if (reversed) {
		struct lines l = h->old;

		h->old = h->new;
		h->new = l;
		range[0] = range[2];
	}
	/* Where there are no old lines, the number is that of the line before. */
	h->start = h->old.count == 0 ? range[0] : range[0] > 0 ? range[0] - 1 : 0;
	return true;
}

void
free_hunk(struct hunk *h)
{
	free(h->old.lines);
	free(h->new.lines);
}
