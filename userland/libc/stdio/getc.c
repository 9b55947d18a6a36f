#include "local.h"

#undef getc
#undef getchar
#undef getc_unlocked
#undef getchar_unlocked

int
fgetc(FILE *fp)
{
	LOCKED(fp);
	return __sgetc(fp);
}

int
getc(FILE *fp)
{
	LOCKED(fp);
	return __sgetc(fp);
}

int
getc_unlocked(FILE *fp)
{
	return __sgetc(fp);
}

int
getchar(void)
{
	LOCKED(stdin);
	return __sgetc(stdin);
}

int
getchar_unlocked(void)
{
	return __sgetc(stdin);
}
