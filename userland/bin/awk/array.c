/*
 * Arrays: hash tables whose elements also form a list, in the order in which they were made.
 */
#include "awk.h"

#include <stdlib.h>
#include <string.h>

static size_t
hash(const struct string *s)
{
	size_t h = 14695981039346656037u;

	for (size_t i = 0; i < s->length; i++)
		h = (h ^ (unsigned char)s->text[i]) * 1099511628211u;
	return h ^ h >> 31;
}

struct array *
new_array(void)
{
	struct array *a = need(calloc(1, sizeof(*a)));

	a->size = 16;
	a->table = need(calloc(a->size, sizeof(struct element *)));
	return a;
}

static void
grow(struct array *a)
{
	free(a->table);
	a->size *= 4;
	a->table = need(calloc(a->size, sizeof(struct element *)));
	for (struct element *e = a->first; e != NULL; e = e->after) {
		e->hash_next = a->table[e->hash % a->size];
		a->table[e->hash % a->size] = e;
	}
}

struct element *
find_element(struct array *a, struct string *key, bool create)
{
	size_t h = hash(key);
	struct element *e;

	for (e = a->table[h % a->size]; e != NULL; e = e->hash_next)
		if (e->hash == h && e->key->length == key->length && memcmp(e->key->text, key->text, key->length) == 0)
			return e;
	if (!create)
		return NULL;
	if (a->count >= 2 * a->size)
		grow(a);
	e = need(calloc(1, sizeof(*e)));
	key->references++;
	e->key = key;
	e->hash = h;
	e->hash_next = a->table[h % a->size];
	a->table[h % a->size] = e;
	e->before = a->last;
	*(a->last == NULL ? &a->first : &a->last->after) = e;
	a->last = e;
	a->count++;
	return e;
}

static void
free_element(struct element *e)
{
	release(e->key);
	drop(e->value);
	free(e);
}

void
delete_element(struct array *a, struct string *key)
{
	struct element *e = find_element(a, key, false), **p;

	if (e == NULL)
		return;
	for (p = &a->table[e->hash % a->size]; *p != e; p = &(*p)->hash_next)
		continue;
	*p = e->hash_next;
	*(e->before == NULL ? &a->first : &e->before->after) = e->after;
	*(e->after == NULL ? &a->last : &e->after->before) = e->before;
	a->count--;
	free_element(e);
}

void
clear_array(struct array *a)
{
	for (struct element *e = a->first, *after; e != NULL; e = after) {
		after = e->after;
		free_element(e);
	}
	memset(a->table, 0, a->size * sizeof(struct element *));
	a->first = a->last = NULL;
	a->count = 0;
}
