/*
 * Memory: the heap for what lasts, arenas for the rest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sh.h"

#define CHUNK_SIZE 4000
#define ALIGNMENT 16

struct chunk {
	struct chunk *below;
	size_t used, size;
	_Alignas(ALIGNMENT) char data[];
};

struct arena temporary;

void *
xmalloc(size_t size)
{
	void *p = malloc(size == 0 ? 1 : size);

	if (p == NULL)
		fatal("out of memory");
	return p;
}

void *
xrealloc(void *old, size_t size)
{
	void *p = realloc(old, size == 0 ? 1 : size);

	if (p == NULL)
		fatal("out of memory");
	return p;
}

char *
xstrdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(xmalloc(size), s, size);
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	struct chunk *top = arena->top;
	void *p;

	if (size > SIZE_MAX / 2)
		fatal("out of memory");
	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (top == NULL || top->size - top->used < size) {
		size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
		struct chunk *fresh = xmalloc(sizeof(*fresh) + room);

		fresh->below = top;
		fresh->used = 0;
		fresh->size = room;
		arena->top = top = fresh;
	}
	p = top->data + top->used;
	top->used += size;
	return p;
}

char *
arena_strndup(struct arena *arena, const char *s, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, s, length);
	copy[length] = '\0';
	return copy;
}

void
arena_free(struct arena *arena)
{
	struct chunk *below;

	for (; arena->top != NULL; arena->top = below) {
		below = arena->top->below;
		free(arena->top);
	}
}

void *
temp_alloc(size_t size)
{
	return arena_alloc(&temporary, size);
}

char *
temp_strdup(const char *s)
{
	return arena_strndup(&temporary, s, strlen(s));
}

char *
temp_printf(const char *format, ...)
{
	va_list args;
	int length;
	char *s;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		fatal("out of memory");
	s = temp_alloc((size_t)length + 1);
	va_start(args, format);
	vsnprintf(s, (size_t)length + 1, format, args);
	va_end(args);
	return s;
}

/* A number in decimal. Scripts do this all the time, and printf(3) is slow. */
char *
temp_number(intmax_t value)
{
	char digits[24], *p = digits + sizeof(digits);
	uintmax_t left = value < 0 ? -(uintmax_t)value : (uintmax_t)value;

	do
		*--p = (char)('0' + left % 10);
	while ((left /= 10) != 0);
	if (value < 0)
		*--p = '-';
	return arena_strndup(&temporary, p, (size_t)(digits + sizeof(digits) - p));
}

struct mark
temp_mark(void)
{
	struct chunk *top = temporary.top;

	return (struct mark){ top, top == NULL ? 0 : top->used };
}

/* Free what was allocated since the mark. One chunk is kept: commands come in great numbers. */
void
temp_release(struct mark mark)
{
	while (temporary.top != mark.chunk) {
		struct chunk *top = temporary.top;

		if (mark.chunk == NULL && top->below == NULL && top->size == CHUNK_SIZE) {
			top->used = 0;
			return;
		}
		temporary.top = top->below;
		free(top);
	}
	if (mark.chunk != NULL)
		mark.chunk->used = mark.used;
}

/* Make room for `more` characters and a null. If the string is the last thing in its chunk it stays there. */
static void
buf_reserve(struct buf *b, size_t more)
{
	struct chunk *top = temporary.top;
	size_t cap;
	char *fresh;

	if (b->cap - b->len > more)
		return;
	if (more > SIZE_MAX / 4 || b->cap > SIZE_MAX / 4)
		fatal("out of memory");
	cap = b->cap * 2 + more + 32;
	if (b->s != NULL && b->s + b->cap == top->data + top->used && top->size - top->used >= cap - b->cap) {
		cap = (cap + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
		if (top->size - top->used >= cap - b->cap) {
			top->used += cap - b->cap;
			b->cap = cap;
			return;
		}
	}
	cap = (cap + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	fresh = temp_alloc(cap);
	if (b->len > 0)
		memcpy(fresh, b->s, b->len);
	b->s = fresh;
	b->cap = cap;
}

void
buf_put(struct buf *b, const char *s, size_t length)
{
	buf_reserve(b, length);
	memcpy(b->s + b->len, s, length);
	b->len += length;
}

void
buf_putc(struct buf *b, char c)
{
	if (b->cap - b->len < 2)
		buf_reserve(b, 1);
	b->s[b->len++] = c;
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

char *
buf_string(struct buf *b)
{
	buf_reserve(b, 0);
	b->s[b->len] = '\0';
	return b->s;
}

void
strings_add(struct strings *list, char *s)
{
	if (list->n + 2 > list->cap) {
		size_t cap = list->cap == 0 ? 8 : list->cap * 2;
		char **fresh = temp_alloc(cap * sizeof(*fresh));

		if (list->n > 0)
			memcpy(fresh, list->v, list->n * sizeof(*fresh));
		list->v = fresh;
		list->cap = cap;
	}
	list->v[list->n++] = s;
	list->v[list->n] = NULL;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
strings_sort(char **v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof(*v), compare);
}
