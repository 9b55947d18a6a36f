/*
 * Regular expressions, and the s command.
 */
#include "sed.h"

#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

/* Copies a bracket expression whole: what would end the expression outside means nothing inside. */
static void
read_bracket(struct reader *r, struct text *t)
{
	const char *start = r->p, *p = start + 1;

	if (p < r->end && *p == '^')
		p++;
	if (p < r->end && *p == ']')
		p++;
	for (; p < r->end && *p != ']' && *p != '\n'; p++)
		if (*p == '[' && p + 1 < r->end && strchr(".:=", p[1]) != NULL && p[1] != '\0') {
			const char *q = p + 2;

			while (q + 1 < r->end && *q != '\n' && (q[0] != p[1] || q[1] != ']'))
				q++;
			if (q + 1 < r->end && q[0] == p[1] && q[1] == ']')
				p = q + 1;
		}
	if (p == r->end || *p != ']') {	/* no bracket expression: the compiler will say so */
		text_add(t, r->p++, 1);
		return;
	}
	for (; start <= p; start++)
		if (*start == '\\' && (start[1] == 'n' || start[1] == 't') && start + 1 < p) {
			text_add(t, start[1] == 'n' ? "\n" : "\t", 1);
			start++;
		} else
			text_add(t, start, 1);
	r->p = p + 1;
}

/*
 * Up to the delimiter, which is consumed.  In a regular expression escapes are left for the compiler, except
 * for those it does not know; otherwise (for y) they are resolved here.
 */
bool
read_delimited(struct reader *r, char delimiter, bool regex, struct text *t)
{
	text_add(t, "", 0);
	while (r->p < r->end && *r->p != delimiter) {
		if (regex && *r->p == '[') {
			read_bracket(r, t);
			continue;
		}
		if (*r->p == '\n' && regex)
			return false;
		if (*r->p != '\\') {
			text_add(t, r->p++, 1);
			continue;
		}
		if (++r->p == r->end)
			return false;
		/* \n and \t come first: even with n as the delimiter, \n in it would be unclear. */
		if (*r->p == delimiter)
			text_add(t, r->p, 1);
		else if (*r->p == 'n')
			text_add(t, "\n", 1);
		else if (*r->p == 't')
			text_add(t, "\t", 1);
		else {
			if (regex || *r->p != '\\')
				text_add(t, "\\", 1);
			text_add(t, r->p, 1);
		}
		r->p++;
	}
	if (r->p == r->end)
		return false;
	r->p++;
	return true;
}

static struct regex *
compile(struct reader *r, const struct text *t, bool fold)
{
	struct regex *x;
	char message[256];
	int error;

	if (t->length == 0)
		return NULL;
	x = need(calloc(1, sizeof(*x)));
	error = regcomp(&x->re, t->data, (r->extended ? REG_EXTENDED : 0) | (fold ? REG_ICASE : 0));
	if (error != 0) {
		regerror(error, &x->re, message, sizeof(message));
		bad(r, "%s: %s", t->data, message);
	}
	x->start_only = t->data[0] == '^' && !r->extended && strstr(t->data, "\\|") == NULL;
	return x;
}

/* An address: the delimiter has been read. */
struct regex *
parse_regex(struct reader *r, char delimiter)
{
	struct text t = { NULL, 0, 0 };
	struct regex *x;
	bool fold = false;

	if (!read_delimited(r, delimiter, true, &t))
		bad(r, "unterminated address");
	if (r->p < r->end && *r->p == 'I') {
		fold = true;
		r->p++;
	}
	x = compile(r, &t, fold);
	free(t.data);
	return x;
}

static void
add_piece(struct substitution *s, struct text *t, int group)
{
	struct replacement *p;

	s->pieces = need(reallocarray(s->pieces, s->count + 1, sizeof(*p)));
	p = &s->pieces[s->count++];
	p->text = t->data;
	p->length = t->length;
	p->group = group;
	*t = (struct text){ NULL, 0, 0 };
}

static void
parse_replacement(struct reader *r, struct substitution *s, char delimiter)
{
	struct text t = { NULL, 0, 0 };

	for (; r->p < r->end && *r->p != delimiter; r->p++) {
		if (*r->p == '&') {
			add_piece(s, &t, 0);
			continue;
		}
		if (*r->p == '\\') {
			if (++r->p == r->end)
				break;
			if (isdigit((unsigned char)*r->p) && *r->p != delimiter) {
				add_piece(s, &t, *r->p - '0');
				continue;
			}
			if ((*r->p == 'n' || *r->p == 't') && *r->p != delimiter) {
				text_add(&t, *r->p == 'n' ? "\n" : "\t", 1);
				continue;
			}
		}
		if (*r->p == '\n')
			r->line++;
		text_add(&t, r->p, 1);
	}
	if (r->p == r->end)
		bad(r, "unterminated s command");
	r->p++;
	add_piece(s, &t, -1);
}

static bool
parse_flags(struct reader *r, struct substitution *s)
{
	bool fold = false;

	for (; r->p < r->end; r->p++) {
		if (*r->p == 'g')
			s->global = true;
		else if (*r->p == 'p')
			s->print = true;
		else if (*r->p == 'i' || *r->p == 'I')
			fold = true;
		else if (isdigit((unsigned char)*r->p)) {
			s->which = strtoul(r->p, NULL, 10);
			if (s->which == 0)
				bad(r, "there is no match 0");
			while (r->p + 1 < r->end && isdigit((unsigned char)r->p[1]))
				r->p++;
		} else if (*r->p == 'w') {
			r->p++;
			s->output = parse_output(r);
			break;
		} else
			break;
	}
	return fold;
}

void
parse_substitution(struct reader *r, struct command *c)
{
	struct substitution *s = need(calloc(1, sizeof(*s)));
	struct text pattern = { NULL, 0, 0 };
	char delimiter = r->p < r->end ? *r->p++ : '\n';
	bool fold;

	if (delimiter == '\n' || delimiter == '\\' || !read_delimited(r, delimiter, true, &pattern))
		bad(r, "unterminated s command");
	parse_replacement(r, s, delimiter);
	fold = parse_flags(r, s);
	s->regex = compile(r, &pattern, fold);
	for (size_t i = 0; i < s->count; i++)
		if (s->regex != NULL && s->pieces[i].group > (int)s->regex->re.re_nsub)
			bad(r, "there is no group %d for \\%d", s->pieces[i].group, s->pieces[i].group);
	free(pattern.data);
	c->s = s;
}

bool
matches(struct regex *x, const struct text *t, size_t from, size_t count, regmatch_t *m)
{
	static struct regex *last;

	if (x == NULL && (x = last) == NULL)
		errx(1, "no previous regular expression");
	last = x;
	if (from > 0 && x->start_only)
		return false;
	m[0].rm_so = (regoff_t)from;
	m[0].rm_eo = (regoff_t)t->length;
	return regexec(&x->re, t->data, count, m, REG_STARTEND | (from > 0 ? REG_NOTBOL : 0)) == 0;
}

static void
replace(const struct substitution *s, const struct text *t, const regmatch_t *m, struct text *result)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct replacement *p = &s->pieces[i];

		text_add(result, p->text, p->length);
		if (p->group >= 0 && m[p->group].rm_so >= 0)
			text_add(result, t->data + m[p->group].rm_so,
			    (size_t)(m[p->group].rm_eo - m[p->group].rm_so));
	}
}

/* An empty match directly after another match is none. */
bool
substitute(const struct substitution *s, struct text *t)
{
	static struct text result;
	size_t from = 0, groups = 1, copied = 0;
	unsigned long found = 0;
	regmatch_t m[10];
	bool changed = false;
	struct text old;

	for (size_t i = 0; i < s->count; i++)
		if (s->pieces[i].group >= (int)groups)
			groups = (size_t)s->pieces[i].group + 1;
	for (size_t i = 0; i < 10; i++)
		m[i].rm_so = m[i].rm_eo = -1;
	text_set(&result, "", 0);
	while (from <= t->length && matches(s->regex, t, from, groups, m)) {
		size_t so = (size_t)m[0].rm_so, eo = (size_t)m[0].rm_eo;

		if (so < eo || so > copied || found == 0) {
			if (++found >= s->which) {
				text_add(&result, t->data + copied, so - copied);
				replace(s, t, m, &result);
				copied = eo;
				changed = true;
				if (!s->global)
					break;
			}
		}
		from = eo + (so == eo);
	}
	if (!changed)
		return false;
	text_add(&result, t->data + copied, t->length - copied);
	old = *t;
	*t = result;
	result = old;
	return true;
}
