#include "local.h"

#undef putwc
#undef putwchar

wint_t
fputwc(wchar_t wc, FILE *fp)
{
	LOCKED(fp);
	char bytes[8];
	size_t n;

	fwide(fp, 1);
	n = wcrtomb(bytes, wc, NULL);
	if (n == (size_t)-1) {
		fp->_flags |= __SERR;
		return WEOF;
	}
	return __stdio_write(fp, bytes, n) == n ? wc : WEOF;
}

wint_t
putwc(wchar_t wc, FILE *fp)
{
	return fputwc(wc, fp);
}

wint_t
putwchar(wchar_t wc)
{
	return fputwc(wc, stdout);
}

int
fputws(const wchar_t *restrict s, FILE *restrict fp)
{
	LOCKED(fp);
	fwide(fp, 1);
	for (; *s != L'\0'; s++)
		if (fputwc(*s, fp) == WEOF)
			return -1;
	return 0;
}
