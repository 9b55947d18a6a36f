#include <stdint.h>
#include <stdlib.h>
#include <wctype.h>

#include "wide_number.h"

struct narrowed
__narrow(const wchar_t *s)
{
	struct narrowed n = { .wide = s, .spaces = 0 };
	size_t len = 0;

	while (iswspace(s[n.spaces]))
		n.spaces++;
	s += n.spaces;
	while (s[len] > ' ' && s[len] < 0x7f)
		len++;
	n.allocated = len < sizeof(n.fixed) ? NULL : malloc(len + 1);
	if (n.allocated == NULL && len >= sizeof(n.fixed))
		len = sizeof(n.fixed) - 1;
	for (size_t i = 0; i < len; i++)
		narrowed_text(&n)[i] = (char)s[i];
	narrowed_text(&n)[len] = '\0';
	return n;
}

void
__narrow_end(struct narrowed *n, const char *stop, wchar_t **end)
{
	const char *text = narrowed_text(n);
	size_t used = (size_t)(stop - text);

	if (end != NULL)
		*end = (wchar_t *)(uintptr_t)(n->wide + (used == 0 ? 0 : n->spaces + used));
	free(n->allocated);
}
