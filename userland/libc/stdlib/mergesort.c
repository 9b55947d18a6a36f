#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sort.h"

#define RUN 8

static void
sort_run(const struct sorter *s, char *base, size_t count)
{
	char *end = base + count * s->size;

	for (char *p = base + s->size; p < end; p += s->size)
		for (char *q = p; q > base && !in_order(s, q - s->size, q); q -= s->size)
			exchange(s, q - s->size, q);
}

/* Merge [a, b) and [b, end) into `to`; of equals the left comes first. */
static void
merge(const struct sorter *s, const char *a, const char *b, const char *end, char *to)
{
	const char *middle = b;

	while (a < middle && b < end) {
		const char **from = in_order(s, a, b) ? &a : &b;

		memcpy(to, *from, s->size);
		*from += s->size;
		to += s->size;
	}
	memcpy(to, a, (size_t)(middle - a));
	memcpy(to + (middle - a), b, (size_t)(end - b));
}

/* Stable, n log n, with a second array of the same size. */
int
mergesort_r(void *base, size_t count, size_t size, compare_r *compare, void *cookie)
{
	struct sorter s = make_sorter(base, size, compare, cookie);
	char *from = base, *to, *spare;
	size_t total;

	if (size == 0 || __builtin_mul_overflow(count, size, &total)) {
		errno = EINVAL;
		return -1;
	}
	if (count < 2)
		return 0;
	spare = malloc(total);
	if (spare == NULL)
		return -1;
	for (size_t i = 0; i < count; i += RUN)
		sort_run(&s, from + i * size, count - i < RUN ? count - i : RUN);
	to = spare;
	for (size_t width = RUN * size; width < total; width *= 2) {
		char *swap = from;

		for (size_t at = 0; at < total; at += 2 * width) {
			size_t middle = total - at < width ? total : at + width;
			size_t end = total - middle < width ? total : middle + width;

			merge(&s, from + at, from + middle, from + end, to + at);
		}
		from = to;
		to = swap;
	}
	if (from != base)
		memcpy(base, from, total);
	free(spare);
	return 0;
}

int
mergesort(void *base, size_t count, size_t size, compare_plain *compare)
{
	return mergesort_r(base, count, size, call_plain, (void *)compare);
}
