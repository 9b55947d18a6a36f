/*
 * The record and its fields.  Fields are found when one is first asked for, and the record is put together from
 * changed fields when it is.
 */
#include "awk.h"

#include <stdlib.h>
#include <string.h>

#define MOST_FIELDS	10000000

static struct value record = { UNSET, 0, NULL };
static struct value *fields;	/* fields[0] is not used */
static long count, room;
static bool split_done = true, record_stale;

static void
make_room(long n)
{
	if (n < 0 || n > MOST_FIELDS)
		fail("field %ld: no such field", n);
	if (n < room)
		return;
	fields = need(realloc(fields, (size_t)(n * 2 + 16) * sizeof(*fields)));
	memset(fields + room, 0, (size_t)(n * 2 + 16 - room) * sizeof(*fields));
	room = n * 2 + 16;
}

static void
set_count(long n)
{
	make_room(n);
	for (long i = n + 1; i <= count; i++) {
		drop(fields[i]);
		fields[i] = (struct value){ UNSET, 0, NULL };
	}
	for (long i = count + 1; i <= n; i++) {
		drop(fields[i]);
		fields[i] = input_value("", 0);
	}
	count = n;
	drop(globals[V_NF].value);
	globals[V_NF].value = number_value((double)n);
}

void
set_record(struct string *s)
{
	drop(record);
	record = (struct value){ INPUT, 0, s };
	split_done = false;
	record_stale = false;
}

/* Where the pieces go to: fields, or an array. */
struct pieces {
	struct array *array;
	long count;
};

static void
add_piece(struct pieces *p, const char *text, size_t length)
{
	struct value *v;
	char number[24];
	struct string *key;

	p->count++;
	if (p->array == NULL) {
		make_room(p->count);
		v = &fields[p->count];
	} else {
		key = new_string(number, (size_t)snprintf(number, sizeof(number), "%ld", p->count));
		v = &find_element(p->array, key, true)->value;
		release(key);
	}
	drop(*v);
	*v = input_value(text, length);
}

static void
split_at_blanks(const char *p, const char *end, struct pieces *pieces)
{
	for (;;) {
		const char *begin;

		while (p < end && (*p == ' ' || *p == '\t' || *p == '\n'))
			p++;
		if (p == end)
			return;
		for (begin = p; p < end && *p != ' ' && *p != '\t' && *p != '\n';)
			p++;
		add_piece(pieces, begin, (size_t)(p - begin));
	}
}

static void
split_at_character(const char *p, const char *end, char c, bool newlines, struct pieces *pieces)
{
	const char *begin = p;

	if (p == end)
		return;
	for (; p < end; p++)
		if (*p == c || (newlines && *p == '\n')) {
			add_piece(pieces, begin, (size_t)(p - begin));
			begin = p + 1;
		}
	add_piece(pieces, begin, (size_t)(p - begin));
}

static void
split_at_matches(const char *text, size_t length, struct regex *re, struct pieces *pieces)
{
	size_t begin = 0, from = 0;
	regmatch_t m;

	if (length == 0)
		return;
	while (from <= length && regex_match(re, text, from, length, &m)) {
		if (m.rm_eo == m.rm_so) {	/* nothing separates nothing */
			from = (size_t)m.rm_eo + 1;
			continue;
		}
		add_piece(pieces, text + begin, (size_t)m.rm_so - begin);
		begin = from = (size_t)m.rm_eo;
	}
	add_piece(pieces, text + begin, length - begin);
}

static void
split_text(const struct string *s, const struct string *fs, bool newlines, struct pieces *pieces)
{
	const char *end = s->text + s->length;

	if (fs->length == 0)
		for (size_t i = 0; i < s->length; i++)
			add_piece(pieces, s->text + i, 1);
	else if (fs->length == 1 && fs->text[0] == ' ')
		split_at_blanks(s->text, end, pieces);
	else if (fs->length == 1 && fs->text[0] != '\\')
		split_at_character(s->text, end, fs->text[0], newlines, pieces);
	else if (newlines) {
		char *both;

		if (asprintf(&both, "(%s)|\n", fs->text) == -1)
			fail("out of memory");
		split_at_matches(s->text, s->length, compile_regex(both, strlen(both)), pieces);
		free(both);
	} else
		split_at_matches(s->text, s->length, compile_regex(fs->text, fs->length), pieces);
}

/* For split(): the array is emptied first. */
long
split(const struct string *s, struct array *a, const struct value *separator, struct regex *re)
{
	struct pieces pieces = { a, 0 };
	struct string *fs;

	clear_array(a);
	if (re != NULL)
		split_at_matches(s->text, s->length, re, &pieces);
	else {
		fs = to_string(separator, V_CONVFMT);
		split_text(s, fs, false, &pieces);
		release(fs);
	}
	return pieces.count;
}

/* Makes sure that NF and the fields are those of the record. */
void
count_fields(void)
{
	struct pieces pieces = { NULL, 0 };
	struct string *text, *fs, *rs;
	long old = count;

	if (split_done)
		return;
	split_done = true;
	text = to_string(&record, V_CONVFMT);
	fs = to_string(&globals[V_FS].value, V_CONVFMT);
	rs = to_string(&globals[V_RS].value, V_CONVFMT);
	split_text(text, fs, rs->length == 0, &pieces);
	release(rs);
	release(fs);
	release(text);
	count = pieces.count > old ? pieces.count : old;
	set_count(pieces.count);
}

static void
rebuild_record(void)
{
	struct string *ofs = to_string(&globals[V_OFS].value, V_CONVFMT), *s;
	size_t size;
	char *text;
	FILE *f = need(open_memstream(&text, &size));

	for (long i = 1; i <= count; i++) {
		s = to_string(&fields[i], V_CONVFMT);
		if (i > 1)
			fwrite(ofs->text, 1, ofs->length, f);
		fwrite(s->text, 1, s->length, f);
		release(s);
	}
	if (fclose(f) == EOF)
		fail("out of memory");
	release(ofs);
	drop(record);
	record = input_value(text, size);
	free(text);
	record_stale = false;
}

struct value
get_field(long n)
{
	if (n < 0)
		fail("field %ld: no such field", n);
	if (n == 0) {
		if (record_stale)
			rebuild_record();
		return copy(record);
	}
	count_fields();
	return n <= count ? copy(fields[n]) : (struct value){ UNSET, 0, NULL };
}

void
set_field(long n, struct value v)
{
	if (n < 0)
		fail("field %ld: no such field", n);
	if (n == 0) {
		set_record(to_string(&v, V_CONVFMT));
		drop(v);
		return;
	}
	count_fields();
	if (n > count)
		set_count(n);
	drop(fields[n]);
	fields[n] = v;
	record_stale = true;
}

/* NF has been assigned to. */
void
field_count_changed(void)
{
	double wanted = to_number(&globals[V_NF].value);

	count_fields();
	if (!(wanted >= 0 && wanted <= MOST_FIELDS))
		fail("NF cannot be %g", wanted);
	set_count((long)wanted);
	record_stale = true;
}
