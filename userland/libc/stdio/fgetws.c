#include <stdlib.h>

#include "local.h"

wchar_t *
fgetws(wchar_t *restrict buf, int size, FILE *restrict fp)
{
	LOCKED(fp);
	wchar_t *to = buf;

	if (size <= 0)
		return NULL;
	while (--size > 0) {
		wint_t wc = fgetwc(fp);

		if (wc == WEOF) {
			if (to == buf || fp->_flags & __SERR)
				return NULL;
			break;
		}
		*to++ = (wchar_t)wc;
		if (wc == L'\n')
			break;
	}
	*to = L'\0';
	return buf;
}

wchar_t *
fgetwln(FILE *restrict fp, size_t *restrict len)
{
	LOCKED(fp);
	struct stream_ext *ext = stream_ext(fp);
	size_t n = 0;
	wint_t wc;

	do {
		wchar_t *line;

		wc = fgetwc(fp);
		if (wc == WEOF)
			break;
		if ((n + 1) * sizeof(*line) > ext->line_size) {
			size_t size = ext->line_size * 2 + 64 * sizeof(*line);
			char *grown = realloc(ext->line, size);

			if (grown == NULL) {
				*len = 0;
				return NULL;
			}
			ext->line = grown;
			ext->line_size = size;
		}
		line = (wchar_t *)(void *)ext->line;
		line[n++] = (wchar_t)wc;
	} while (wc != L'\n');
	*len = n;
	return n == 0 ? NULL : (wchar_t *)(void *)ext->line;
}
