#include <stdlib.h>

#include "sort.h"

/*
 * Introsort: quicksort with a median pivot; a range that keeps splitting badly
 * is finished by heap sort, so that no input takes more than n log n.
 */
#define INSERTION_LIMIT	12
#define NINTHER_LIMIT	64

static void
insertion_sort(const struct sorter *s, char *base, size_t count)
{
	char *end = base + count * s->size;

	for (char *p = base + s->size; p < end; p += s->size)
		for (char *q = p; q > base && !in_order(s, q - s->size, q); q -= s->size)
			exchange(s, q - s->size, q);
}

static char *
median(const struct sorter *s, char *a, char *b, char *c)
{
	if (in_order(s, a, b))
		return in_order(s, b, c) ? b : in_order(s, a, c) ? c : a;
	return in_order(s, a, c) ? a : in_order(s, b, c) ? c : b;
}

static char *
choose_pivot(const struct sorter *s, char *base, size_t count)
{
	char *low = base, *middle = base + count / 2 * s->size;
	char *high = base + (count - 1) * s->size;

	if (count >= NINTHER_LIMIT) {
		size_t step = count / 8 * s->size;

		low = median(s, low, low + step, low + 2 * step);
		middle = median(s, middle - step, middle, middle + step);
		high = median(s, high - 2 * step, high - step, high);
	}
	return median(s, low, middle, high);
}

/*
 * Move the pivot to the front and split the rest around it; elements equal to
 * the pivot stop both scans, which keeps ranges of equal keys balanced.
 * Returns the pivot's final index.
 */
static size_t
partition(const struct sorter *s, char *base, size_t count)
{
	size_t low = 0, high = count;

	exchange(s, base, choose_pivot(s, base, count));
	for (;;) {
		do
			low++;
		while (low < count && s->compare(base + low * s->size, base, s->cookie) < 0);
		do
			high--;
		while (high > 0 && s->compare(base + high * s->size, base, s->cookie) > 0);
		if (low >= high)
			break;
		exchange(s, base + low * s->size, base + high * s->size);
	}
	exchange(s, base, base + high * s->size);
	return high;
}

static void
sort_range(const struct sorter *s, char *base, size_t count, unsigned budget)
{
	while (count > INSERTION_LIMIT) {
		size_t pivot, after;

		if (budget-- == 0) {
			__sort_heap(s, base, count);
			return;
		}
		pivot = partition(s, base, count);
		after = count - pivot - 1;
		/* Recurse into the smaller side: depth stays logarithmic. */
		if (pivot < after) {
			sort_range(s, base, pivot, budget);
			base += (pivot + 1) * s->size;
			count = after;
		} else {
			sort_range(s, base + (pivot + 1) * s->size, after, budget);
			count = pivot;
		}
	}
	insertion_sort(s, base, count);
}

void
qsort_r(void *base, size_t count, size_t size, compare_r *compare, void *cookie)
{
	struct sorter s = make_sorter(base, size, compare, cookie);
	unsigned budget = 2;

	if (size == 0 || count < 2)
		return;
	for (size_t n = count; n > 1; n /= 2)
		budget += 2;
	sort_range(&s, base, count, budget);
}

void
qsort(void *base, size_t count, size_t size, compare_plain *compare)
{
	qsort_r(base, count, size, call_plain, (void *)compare);
}
