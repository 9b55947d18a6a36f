#include <stdlib.h>

#include "local.h"
#include "wide_format.h"

char *
__wide_to_multibyte(const wchar_t *wide)
{
	const wchar_t *from = wide;
	size_t len = wcsrtombs(NULL, &from, 0, NULL);
	char *bytes = len == (size_t)-1 ? NULL : malloc(len + 1);

	if (bytes != NULL)
		wcsrtombs(bytes, &wide, len + 1, NULL);
	return bytes;
}
