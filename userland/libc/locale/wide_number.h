#ifndef LIBC_LOCALE_WIDE_NUMBER_H
#define LIBC_LOCALE_WIDE_NUMBER_H

#include <stddef.h>
#include <wchar.h>

/* The ASCII prefix of a wide string, as bytes; in `fixed` when it is short. */
struct narrowed {
	const wchar_t *wide;
	size_t spaces;		/* leading wide spaces that were left out */
	char *allocated;
	char fixed[128];
};

static inline char *
narrowed_text(struct narrowed *n)
{
	return n->allocated != NULL ? n->allocated : n->fixed;
}

struct narrowed __narrow(const wchar_t *);

/* Store where the number ended, and free what was allocated. */
void __narrow_end(struct narrowed *, const char *stop, wchar_t **end);

#endif
