#include <string.h>
#include <strings.h>

#include <stdint.h>

char *
strcasestr(const char *hay, const char *needle)
{
	size_t len = strlen(needle);

	for (;; hay++) {
		if (strncasecmp(hay, needle, len) == 0)
			return (char *)(uintptr_t)hay;
		if (*hay == '\0')
			return NULL;
	}
}
