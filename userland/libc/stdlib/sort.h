/* What the sorts share: one comparison type and one exchange of elements. */
#ifndef LIBC_STDLIB_SORT_H
#define LIBC_STDLIB_SORT_H

#include <stddef.h>
#include <stdint.h>

typedef int compare_r(const void *, const void *, void *);
typedef int compare_plain(const void *, const void *);

struct sorter {
	size_t size;
	int words;		/* elements are whole aligned words */
	compare_r *compare;
	void *cookie;
};

/* The plain interfaces pass their comparison function as the cookie. */
static inline int
call_plain(const void *a, const void *b, void *cookie)
{
	return ((compare_plain *)cookie)(a, b);
}

static inline struct sorter
make_sorter(void *base, size_t size, compare_r *compare, void *cookie)
{
	return (struct sorter){
		.size = size,
		.words = ((uintptr_t)base | size) % sizeof(uint64_t) == 0,
		.compare = compare,
		.cookie = cookie,
	};
}

typedef uint64_t __attribute__((__may_alias__)) sort_word_t;

static inline void
exchange(const struct sorter *s, char *a, char *b)
{
	if (s->words) {
		for (size_t i = 0; i < s->size; i += sizeof(sort_word_t)) {
			sort_word_t *x = (sort_word_t *)(a + i), *y = (sort_word_t *)(b + i), t = *x;

			*x = *y;
			*y = t;
		}
	} else {
		for (size_t i = 0; i < s->size; i++) {
			char t = a[i];

			a[i] = b[i];
			b[i] = t;
		}
	}
}

static inline int
in_order(const struct sorter *s, const char *a, const char *b)
{
	return s->compare(a, b, s->cookie) <= 0;
}

/* Heap sort of count elements, in place and never worse than n log n. */
void __sort_heap(const struct sorter *, char *base, size_t count);

#endif
