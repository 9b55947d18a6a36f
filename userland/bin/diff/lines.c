/*
 * Reading files, and telling equal lines.
 */
#include "diff.h"

#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct class {
	const struct line *line;
	bool ends_file;		/* without a newline, which makes it another line */
	size_t hash, number;
	struct class *next;
};

static bool
read_all(struct file *f, int fd)
{
	size_t room = S_ISREG(f->st.st_mode) ? (size_t)f->st.st_size + 1 : 65536;
	ssize_t n;

	f->data = need(malloc(room));
	while ((n = read(fd, f->data + f->size, room - f->size)) > 0) {
		f->size += (size_t)n;
		if (f->size == room)
			f->data = need(realloc(f->data, room *= 2));
	}
	if (n == 0)
		return true;
	warn("%s", f->name);
	return false;
}

bool
read_file(struct file *f, const char *name)
{
	bool from_stdin = strcmp(name, "-") == 0, good;
	int fd;

	f->name = name;
	if (f->is_absent)
		return true;
	fd = from_stdin ? STDIN_FILENO : open(name, O_RDONLY);
	if (fd == -1 || fstat(fd, &f->st) == -1) {
		warn("%s", name);
		if (fd != -1)
			close(fd);
		return false;
	}
	good = read_all(f, fd);
	if (!from_stdin)
		close(fd);
	f->is_binary = !options.text && memchr(f->data, '\0', f->size < 32768 ? f->size : 32768) != NULL;
	return good;
}

void
free_file(struct file *f)
{
	free(f->data);
	free(f->lines);
	free(f->classes);
	free(f->changed);
	memset(f, 0, sizeof(*f));
}

static void
find_lines(struct file *f)
{
	const char *p = f->data, *end = p + f->size, *stop;
	size_t room = 0;

	for (; p < end; p = stop + 1) {
		if (f->count == room) {
			room = room * 2 + 256;
			f->lines = need(reallocarray(f->lines, room, sizeof(*f->lines)));
		}
		stop = memchr(p, '\n', (size_t)(end - p));
		if (stop == NULL) {
			stop = end;
			f->lacks_newline = true;
		}
		f->lines[f->count++] = (struct line){ p, (size_t)(stop - p) };
	}
}

/* The next character that counts, at or after *p; EOF at the end.  With -b, blanks are one, or none at the end. */
static int
next_character(const char **p, const char *end)
{
	const char *start = *p;

	if (options.squeeze_blanks || options.ignore_blanks) {
		while (*p < end && isspace((unsigned char)**p))
			(*p)++;
		if (options.squeeze_blanks && !options.ignore_blanks && *p > start && *p < end)
			return ' ';
	}
	if (*p == end)
		return -1;
	return options.fold ? tolower((unsigned char)*(*p)++) : (unsigned char)*(*p)++;
}

static size_t
hash_line(const struct line *l)
{
	const char *p = l->text, *end = p + l->length;
	size_t h = 14695981039346656037u;
	int c;

	while ((c = next_character(&p, end)) != -1)
		h = (h ^ (size_t)c) * 1099511628211u;
	return h ^ h >> 31;
}

static bool
equal_lines(const struct line *a, const struct line *b)
{
	const char *p = a->text, *p_end = p + a->length, *q = b->text, *q_end = q + b->length;
	int c;

	if (!options.fold && !options.squeeze_blanks && !options.ignore_blanks)
		return a->length == b->length && memcmp(p, q, a->length) == 0;
	while ((c = next_character(&p, p_end)) == next_character(&q, q_end))
		if (c == -1)
			return true;
	return false;
}

/* Numbers the lines of both files. */
void
split_lines(struct file files[2])
{
	size_t buckets = 1024, used = 0, total;
	bool newline_counts = !options.squeeze_blanks && !options.ignore_blanks && options.style != ED;
	struct class **table, *all;

	find_lines(&files[0]);
	find_lines(&files[1]);
	total = files[0].count + files[1].count;
	while (buckets < total)
		buckets *= 2;
	table = need(calloc(buckets, sizeof(struct class *)));
	all = need(calloc(total + 1, sizeof(*all)));
	for (int i = 0; i < 2; i++) {
		struct file *f = &files[i];

		f->classes = need(calloc(f->count + 1, sizeof(*f->classes)));
		f->changed = need(calloc(f->count + 1, sizeof(*f->changed)));
		for (size_t n = 0; n < f->count; n++) {
			size_t hash = hash_line(&f->lines[n]);
			bool ends_file = newline_counts && f->lacks_newline && n + 1 == f->count;
			struct class *c = table[hash % buckets];

			while (c != NULL && (c->hash != hash || c->ends_file != ends_file ||
			    !equal_lines(c->line, &f->lines[n])))
				c = c->next;
			if (c == NULL) {
				c = &all[used];
				*c = (struct class){ &f->lines[n], ends_file, hash, used++, table[hash % buckets] };
				table[hash % buckets] = c;
			}
			f->classes[n] = c->number;
		}
	}
	free(table);
	free(all);
}
