#include <errno.h>
#include <fcntl.h>

#include "local.h"

int
__stdio_mode(const char *mode, int *open_flags)
{
	int flags, access, extra;

	switch (*mode++) {
	case 'r':
		flags = __SRD;
		access = O_RDONLY;
		extra = 0;
		break;
	case 'w':
		flags = __SWR;
		access = O_WRONLY;
		extra = O_CREAT | O_TRUNC;
		break;
	case 'a':
		flags = __SWR | __SAPP;
		access = O_WRONLY;
		extra = O_CREAT | O_APPEND;
		break;
	default:
		errno = EINVAL;
		return 0;
	}
	for (; *mode != '\0'; mode++)
		switch (*mode) {
		case '+':
			flags = (flags & ~(__SRD | __SWR)) | __SRW;
			access = O_RDWR;
			break;
		case 'b':
			break;
		case 'e':
			extra |= O_CLOEXEC;
			break;
		case 'f':
			extra |= O_REGULAR;
			break;
		case 'l':
			extra |= O_NOFOLLOW;
			break;
		case 'x':
			if (extra & O_CREAT)
				extra |= O_EXCL;
			break;
		default:
			/* Letters of later standards must not break programs. */
			break;
		}
	*open_flags = access | extra;
	return flags;
}
