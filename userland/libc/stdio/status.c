#include <errno.h>

#include "local.h"

#undef feof
#undef ferror
#undef clearerr
#undef fileno

int
feof(FILE *fp)
{
	return __sfeof(fp);
}

int
ferror(FILE *fp)
{
	return __sferror(fp);
}

void
clearerr(FILE *fp)
{
	LOCKED(fp);
	__sclearerr(fp);
}

int
fileno(FILE *fp)
{
	int fd = __sfileno(fp);

	if (fd == -1)
		errno = EBADF;
	return fd;
}
