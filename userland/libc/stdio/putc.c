#include "local.h"

#undef putc
#undef putchar
#undef putc_unlocked
#undef putchar_unlocked

int
fputc(int c, FILE *fp)
{
	LOCKED(fp);
	return __sputc(c, fp);
}

int
putc(int c, FILE *fp)
{
	LOCKED(fp);
	return __sputc(c, fp);
}

int
putc_unlocked(int c, FILE *fp)
{
	return __sputc(c, fp);
}

int
putchar(int c)
{
	LOCKED(stdout);
	return __sputc(c, stdout);
}

int
putchar_unlocked(int c)
{
	return __sputc(c, stdout);
}
