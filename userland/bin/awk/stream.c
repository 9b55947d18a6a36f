/*
 * Files and pipes, by name, and the files in ARGV.
 */
#include "awk.h"

#include <sys/wait.h>
#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	FILE *file;
	char *data;		/* what has been read ahead, when records end at matches */
	size_t begin, end, size;
	bool at_end;
};

struct stream {
	char *name;
	enum stream_kind kind;
	FILE *file;
	struct reader reader;
	struct stream *next;
};

static struct stream *streams;
static struct reader main_reader;
static double next_argument = 1;
static bool main_done, used_file;

static FILE *
open_stream(enum stream_kind kind, const char *name)
{
	fflush(NULL);
	switch (kind) {
	case TO_FILE:
	case TO_APPEND:
		if (strcmp(name, "/dev/stdout") == 0 || strcmp(name, "-") == 0)
			return stdout;
		if (strcmp(name, "/dev/stderr") == 0)
			return stderr;
		return fopen(name, kind == TO_FILE ? "w" : "a");
	case TO_PIPE: return popen(name, "w");
	case FROM_PIPE: return popen(name, "r");
	default: return strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	}
}

static struct stream *
find_stream(enum stream_kind kind, const char *name)
{
	bool input = kind == FROM_FILE || kind == FROM_PIPE;
	struct stream *s;

	for (s = streams; s != NULL; s = s->next)
		if (strcmp(s->name, name) == 0 && (s->kind == FROM_FILE || s->kind == FROM_PIPE) == input)
			return s;
	s = need(calloc(1, sizeof(*s)));
	s->file = open_stream(kind, name);
	if (s->file == NULL) {
		free(s);
		return NULL;
	}
	s->name = need(strdup(name));
	s->kind = kind;
	s->reader.file = s->file;
	s->next = streams;
	streams = s;
	return s;
}

FILE *
output_stream(enum stream_kind kind, const char *name)
{
	struct stream *s = find_stream(kind, name);

	if (s == NULL)
		err(2, "%s", name);
	return s->file;
}

/* NULL when it cannot be opened. */
struct reader *
input_stream(enum stream_kind kind, const char *name)
{
	struct stream *s = find_stream(kind, name);

	return s == NULL ? NULL : &s->reader;
}

static int
finish(struct stream *s)
{
	int status;

	if (s->kind == TO_PIPE || s->kind == FROM_PIPE) {
		status = pclose(s->file);
		if (status != -1)
			status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
	} else if (s->file == stdout || s->file == stderr || s->file == stdin)
		status = fflush(s->file);
	else
		status = fclose(s->file);
	free(s->name);
	free(s->reader.data);
	free(s);
	return status;
}

int
close_stream(const char *name)
{
	int status = -1;

	for (struct stream **p = &streams; *p != NULL;)
		if (strcmp((*p)->name, name) == 0) {
			struct stream *s = *p;

			*p = s->next;
			status = finish(s);
		} else
			p = &(*p)->next;
	return status;
}

bool
flush_stream(const char *name)
{
	bool found = name == NULL;

	for (struct stream *s = streams; s != NULL; s = s->next)
		if (name != NULL && strcmp(s->name, name) == 0) {
			fflush(s->file);
			found = true;
		}
	if (name == NULL)
		fflush(NULL);
	return found;
}

void
close_all_streams(void)
{
	fflush(stdout);
	while (streams != NULL) {
		struct stream *s = streams;

		streams = s->next;
		finish(s);
	}
}

/* More input behind what is there; false at the end. */
static bool
fill(struct reader *r)
{
	size_t n;

	if (r->at_end)
		return false;
	if (r->begin > 0) {
		memmove(r->data, r->data + r->begin, r->end - r->begin);
		r->end -= r->begin;
		r->begin = 0;
	}
	if (r->size - r->end < 8192)
		r->data = need(realloc(r->data, r->size = r->size * 2 + 16384));
	n = fread(r->data + r->end, 1, 8192, r->file);
	r->end += n;
	r->at_end = n == 0;
	return n > 0;
}

static struct string *
take(struct reader *r, size_t length, size_t separator)
{
	struct string *s = new_string(r->data + r->begin, length);

	r->begin += length + separator;
	return s;
}

static struct string *
read_to_character(struct reader *r, char c)
{
	size_t looked = 0;

	for (;;) {
		char *found = r->end == r->begin ? NULL :
		    memchr(r->data + r->begin + looked, c, r->end - r->begin - looked);

		if (found != NULL)
			return take(r, (size_t)(found - (r->data + r->begin)), 1);
		looked = r->end - r->begin;
		if (!fill(r))
			return r->end == r->begin ? NULL : take(r, r->end - r->begin, 0);
	}
}

/* Records are separated by empty lines. */
static struct string *
read_paragraph(struct reader *r)
{
	size_t length = 0;

	for (;;) {
		while (r->begin < r->end && r->data[r->begin] == '\n')
			r->begin++;
		if (r->begin < r->end)
			break;
		if (!fill(r))
			return NULL;
	}
	for (;;) {
		size_t have = r->end - r->begin;

		for (; length + 1 < have; length++)
			if (r->data[r->begin + length] == '\n' && r->data[r->begin + length + 1] == '\n')
				return take(r, length, 2);
		if (!fill(r)) {
			if (have > 0 && r->data[r->end - 1] == '\n')
				return take(r, have - 1, 1);
			return take(r, have, 0);
		}
	}
}

/* A match that reaches the end of what has been read might go on. */
static struct string *
read_to_match(struct reader *r, struct regex *re)
{
	for (;;) {
		size_t have = r->end - r->begin;
		regmatch_t m;
		bool found = have > 0 && regex_match(re, r->data + r->begin, 0, have, &m) && m.rm_eo > m.rm_so;

		if (found && ((size_t)m.rm_eo < have || r->at_end))
			return take(r, (size_t)m.rm_so, (size_t)(m.rm_eo - m.rm_so));
		if (fill(r))
			continue;
		have = r->end - r->begin;
		if (have == 0)
			return NULL;
		if (!found)
			return take(r, have, 0);
	}
}

struct string *
read_record(struct reader *r)
{
	struct string *rs = to_string(&globals[V_RS].value, V_CONVFMT), *s;

	if (rs->length == 0)
		s = read_paragraph(r);
	else if (rs->length == 1)
		s = read_to_character(r, rs->text[0]);
	else
		s = read_to_match(r, compile_regex(rs->text, rs->length));
	release(rs);
	return s;
}

bool
is_assignment(const char *text)
{
	const char *p = text;

	if (!isalpha((unsigned char)*p) && *p != '_')
		return false;
	while (isalnum((unsigned char)*p) || *p == '_')
		p++;
	return *p == '=';
}

void
assign_argument(const char *text)
{
	char *name = need(strdup(text)), *equals = strchr(name, '=');
	struct value v;
	int number;

	*equals++ = '\0';
	v = string_value(unescape(equals, strlen(equals)));
	v.kind = INPUT;
	number = global_number(name);
	if (globals[number].array != NULL)
		fail("%s: an array, which cannot be assigned to", name);
	set_global(number, v);
	free(name);
}

/* The next of ARGV's elements that is a file; standard input if there was none at all. */
static bool
open_next(void)
{
	while (next_argument < to_number(&globals[V_ARGC].value)) {
		struct value key = number_value(next_argument++);
		struct string *k = to_string(&key, V_CONVFMT), *name;
		struct element *e = find_element(globals[V_ARGV].array, k, false);

		release(k);
		if (e == NULL)
			continue;
		name = to_string(&e->value, V_CONVFMT);
		if (is_assignment(name->text))
			assign_argument(name->text);
		else if (name->length > 0) {
			used_file = true;
			main_reader.file = strcmp(name->text, "-") == 0 ? stdin : fopen(name->text, "r");
			if (main_reader.file == NULL)
				err(2, "%s", name->text);
			set_global(V_FILENAME, string_value(name));
			return true;
		}
		release(name);
	}
	if (used_file)
		return false;
	used_file = true;
	main_reader.file = stdin;
	return true;
}

void
skip_file(void)
{
	if (main_reader.file == NULL)
		return;
	if (main_reader.file != stdin)
		fclose(main_reader.file);
	main_reader.file = NULL;
	main_reader.begin = main_reader.end = 0;
}

struct string *
next_main_record(void)
{
	struct string *s;

	for (;;) {
		if (main_done)
			return NULL;
		if (main_reader.file == NULL) {
			if (!open_next()) {
				main_done = true;
				return NULL;
			}
			main_reader.at_end = false;
			set_global(V_FNR, number_value(0));
		}
		if ((s = read_record(&main_reader)) != NULL)
			return s;
		if (ferror(main_reader.file))
			err(2, "input");
		skip_file();
	}
}
