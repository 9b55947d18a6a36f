#include "local.h"

/* Cannot be used safely; the linker says so to whoever tries. */
__warn_references(gets, "warning: this program uses gets(), which is unsafe.")

char *
gets(char *buf)
{
	LOCKED(stdin);
	char *to = buf;
	int c;

	while ((c = __sgetc(stdin)) != '\n') {
		if (c == EOF) {
			if (to == buf || ferror(stdin))
				return NULL;
			break;
		}
		*to++ = (char)c;
	}
	*to = '\0';
	return buf;
}
