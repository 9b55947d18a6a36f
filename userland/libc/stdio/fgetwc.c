#include <errno.h>

#include "local.h"

#undef getwc
#undef getwchar

wint_t
fgetwc(FILE *fp)
{
	LOCKED(fp);
	struct stream_ext *ext = stream_ext(fp);
	wchar_t wc;

	fwide(fp, 1);
	for (;;) {
		int c = __sgetc(fp);
		char byte = (char)c;
		size_t n;

		if (c == EOF) {
			/* The file ends inside a character. */
			if (!mbsinit(&ext->in)) {
				errno = EILSEQ;
				fp->_flags |= __SERR;
			}
			return WEOF;
		}
		n = mbrtowc(&wc, &byte, 1, &ext->in);
		if (n == (size_t)-1) {
			fp->_flags |= __SERR;
			return WEOF;
		}
		if (n != (size_t)-2)
			return wc;
	}
}

wint_t
getwc(FILE *fp)
{
	return fgetwc(fp);
}

wint_t
getwchar(void)
{
	return fgetwc(stdin);
}

wint_t
ungetwc(wint_t wc, FILE *fp)
{
	LOCKED(fp);
	char bytes[8];
	size_t n;

	if (wc == WEOF)
		return WEOF;
	fwide(fp, 1);
	n = wcrtomb(bytes, (wchar_t)wc, NULL);
	if (n == (size_t)-1)
		return WEOF;
	while (n > 0)
		if (ungetc((unsigned char)bytes[--n], fp) == EOF)
			return WEOF;
	return wc;
}
