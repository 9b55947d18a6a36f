#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Sorting byte strings that end with `end`, by a translation table of weights;
 * both interfaces are served by a stable merge sort over the translated bytes.
 */
struct order {
	const unsigned char *weights;
	unsigned end;
};

static int
compare(const void *a0, const void *b0, void *cookie)
{
	const unsigned char *a = *(const unsigned char *const *)a0, *b = *(const unsigned char *const *)b0;
	const struct order *order = cookie;

	for (;; a++, b++) {
		int a_ends = *a == order->end, b_ends = *b == order->end;

		if (a_ends || b_ends)
			return b_ends - a_ends;
		if (order->weights[*a] != order->weights[*b])
			return order->weights[*a] - order->weights[*b];
	}
}

int
sradixsort(const unsigned char **strings, int count, const unsigned char *table, unsigned end)
{
	unsigned char identity[256];
	struct order order = { table, end };

	if (count < 0 || end > 255) {
		errno = EINVAL;
		return -1;
	}
	if (table == NULL) {
		for (int i = 0; i < 256; i++)
			identity[i] = (unsigned char)i;
		order.weights = identity;
	}
	return mergesort_r(strings, (size_t)count, sizeof(*strings), compare, &order);
}

int
radixsort(const unsigned char **strings, int count, const unsigned char *table, unsigned end)
{
	return sradixsort(strings, count, table, end);
}
