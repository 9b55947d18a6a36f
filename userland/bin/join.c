/*
 * join: lines of two sorted files whose keys are equal, side by side.
 */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: join [-a 1|2] [-v 1|2] [-e text] [-o list] [-t char] [-1 field] [-2 field] [-j field] file1 file2\n"
    "  -1 n     the key in file1 is field n (1)     -2 n  in file2     -j n  in both\n"
    "  -a 1|2   write lines of this file without a partner, too\n"
    "  -e text  for fields that are empty or missing\n"
    "  -o list  which fields: 0 is the key, 1.2 file1's second\n"
    "  -t char  fields are separated by this\n"
    "  -v 1|2   write only lines of this file without a partner\n";

struct field {
	const char *text;
	size_t length;
};

struct row {
	char *line;
	struct field *fields;
	size_t count;
};

/* The rows that share the current key, and the one after them. */
struct source {
	const char *name;
	FILE *file;
	size_t key;
	struct row *group;
	size_t count, size;
	struct row ahead;
	bool ended, unpaired;
};

struct item {
	int source;		/* -1: the key */
	size_t field;
};

static struct source sources[2];
static struct item *list;
static size_t list_count;
static const char *missing = "";
static int separator = -1;
static bool paired = true;

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static void *
need(void *p)
{
	if (p == NULL)
		err(1, NULL);
	return p;
}

static size_t
field_number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end != '\0' || n == 0)
		errx(1, "%s: not a field number", text);
	return n - 1;
}

static int
file_number(const char *text)
{
	if (strcmp(text, "1") != 0 && strcmp(text, "2") != 0)
		errx(1, "%s: the file is 1 or 2", text);
	return text[0] - '1';
}

static void
parse_list(char *text)
{
	for (char *p = strtok(text, ", \t"); p != NULL; p = strtok(NULL, ", \t")) {
		struct item i = { -1, 0 };

		if (strcmp(p, "0") != 0) {
			if ((p[0] != '1' && p[0] != '2') || p[1] != '.')
				errx(1, "%s: a list has items such as 0 and 1.2", p);
			i.source = p[0] - '1';
			i.field = field_number(p + 2);
		}
		list = need(reallocarray(list, list_count + 1, sizeof(i)));
		list[list_count++] = i;
	}
}

static void
split(struct row *r, size_t length)
{
	const char *p = r->line, *end = p + length, *stop;
	size_t size = 0;

	for (;;) {
		if (separator < 0) {
			while (p < end && isblank((unsigned char)*p))
				p++;
			if (p == end)
				return;
			for (stop = p; stop < end && !isblank((unsigned char)*stop);)
				stop++;
		} else {
			stop = memchr(p, separator, (size_t)(end - p));
			if (stop == NULL)
				stop = end;
		}
		if (r->count == size) {
			size = size * 2 + 8;
			r->fields = need(reallocarray(r->fields, size, sizeof(*r->fields)));
		}
		r->fields[r->count++] = (struct field){ p, (size_t)(stop - p) };
		if (stop == end)
			return;
		p = stop + 1;
	}
}

static void
free_row(struct row *r)
{
	free(r->line);
	free(r->fields);
	*r = (struct row){ NULL, NULL, 0 };
}

static void
read_ahead(struct source *s)
{
	size_t size = 0;
	ssize_t n;

	s->ahead = (struct row){ NULL, NULL, 0 };
	n = getline(&s->ahead.line, &size, s->file);
	if (n == -1) {
		if (ferror(s->file))
			err(1, "%s", s->name);
		free_row(&s->ahead);
		s->ended = true;
		return;
	}
	split(&s->ahead, (size_t)(s->ahead.line[n - 1] == '\n' ? n - 1 : n));
}

static struct field
field(const struct row *r, size_t n)
{
	return n < r->count ? r->fields[n] : (struct field){ "", 0 };
}

static int
compare(struct field a, struct field b)
{
	int order = memcmp(a.text, b.text, a.length < b.length ? a.length : b.length);

	return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static void
read_group(struct source *s)
{
	for (size_t i = 0; i < s->count; i++)
		free_row(&s->group[i]);
	s->count = 0;
	while (!s->ended && (s->count == 0 ||
	    compare(field(&s->ahead, s->key), field(&s->group[0], s->key)) == 0)) {
		if (s->count == s->size) {
			s->size = s->size * 2 + 4;
			s->group = need(reallocarray(s->group, s->size, sizeof(*s->group)));
		}
		s->group[s->count++] = s->ahead;
		read_ahead(s);
	}
}

static void
put(struct field f, bool *any)
{
	if (*any)
		putchar(separator < 0 ? ' ' : separator);
	*any = true;
	if (f.length > 0)
		fwrite(f.text, 1, f.length, stdout);
	else
		fputs(missing, stdout);
}

static void
put_others(const struct row *r, size_t key, bool *any)
{
	for (size_t i = 0; r != NULL && i < r->count; i++)
		if (i != key)
			put(r->fields[i], any);
}

/* One of the rows may be NULL. */
static void
put_rows(const struct row *a, const struct row *b)
{
	const struct row *rows[] = { a, b };
	struct field key = a != NULL ? field(a, sources[0].key) : field(b, sources[1].key);
	bool any = false;

	for (size_t i = 0; i < list_count; i++)
		if (list[i].source < 0)
			put(key, &any);
		else if (rows[list[i].source] == NULL)
			put((struct field){ "", 0 }, &any);
		else
			put(field(rows[list[i].source], list[i].field), &any);
	if (list_count == 0) {
		put(key, &any);
		put_others(a, sources[0].key, &any);
		put_others(b, sources[1].key, &any);
	}
	putchar('\n');
}

static void
put_unpaired(int which)
{
	struct source *s = &sources[which];

	for (size_t i = 0; s->unpaired && i < s->count; i++)
		put_rows(which == 0 ? &s->group[i] : NULL, which == 1 ? &s->group[i] : NULL);
	read_group(s);
}

static void
join(void)
{
	struct source *a = &sources[0], *b = &sources[1];

	while (a->count > 0 || b->count > 0) {
		int order = a->count == 0 ? 1 : b->count == 0 ? -1 :
		    compare(field(&a->group[0], a->key), field(&b->group[0], b->key));

		if (order != 0) {
			put_unpaired(order > 0);
			continue;
		}
		for (size_t i = 0; paired && i < a->count; i++)
			for (size_t j = 0; j < b->count; j++)
				put_rows(&a->group[i], &b->group[j]);
		read_group(a);
		read_group(b);
	}
}

int
main(int argc, char **argv)
{
	int c;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "1:2:a:e:j:o:t:v:")) != -1)
		switch (c) {
		case '1': sources[0].key = field_number(optarg); break;
		case '2': sources[1].key = field_number(optarg); break;
		case 'a': sources[file_number(optarg)].unpaired = true; break;
		case 'e': missing = optarg; break;
		case 'j': sources[0].key = sources[1].key = field_number(optarg); break;
		case 'o': parse_list(optarg); break;
		case 't': separator = (unsigned char)*optarg; break;
		case 'v':
			sources[file_number(optarg)].unpaired = true;
			paired = false;
			break;
		default: usage(1);
		}
	if (argc - optind != 2)
		usage(1);
	for (int i = 0; i < 2; i++) {
		struct source *s = &sources[i];

		s->name = argv[optind + i];
		s->file = strcmp(s->name, "-") == 0 ? stdin : fopen(s->name, "r");
		if (s->file == NULL)
			err(1, "%s", s->name);
		read_ahead(s);
		read_group(s);
	}
	join();
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return 0;
}
