#include <errno.h>
#include <stdlib.h>

#include "sort.h"

/* Let the element at root sink to where both its children sort before it. */
static void
sink(const struct sorter *s, char *base, size_t root, size_t count)
{
	for (;;) {
		size_t child = 2 * root + 1;

		if (child >= count)
			return;
		if (child + 1 < count &&
		    !in_order(s, base + (child + 1) * s->size, base + child * s->size))
			child++;
		if (in_order(s, base + child * s->size, base + root * s->size))
			return;
		exchange(s, base + root * s->size, base + child * s->size);
		root = child;
	}
}

void
__sort_heap(const struct sorter *s, char *base, size_t count)
{
	if (count < 2)
		return;
	for (size_t i = count / 2; i > 0; i--)
		sink(s, base, i - 1, count);
	while (--count > 0) {
		exchange(s, base, base + count * s->size);
		sink(s, base, 0, count);
	}
}

int
heapsort_r(void *base, size_t count, size_t size, compare_r *compare, void *cookie)
{
	struct sorter s = make_sorter(base, size, compare, cookie);

	if (size == 0) {
		errno = EINVAL;
		return -1;
	}
	__sort_heap(&s, base, count);
	return 0;
}

int
heapsort(void *base, size_t count, size_t size, compare_plain *compare)
{
	return heapsort_r(base, count, size, call_plain, (void *)compare);
}
