/*
 * sysctl(3): what the kernel answers, and the user.* nodes, which are the C library's.
 */
#include <sys/param.h>
#include <sys/sysctl.h>
#include <errno.h>
#include <limits.h>
#include <paths.h>
#include <string.h>
#include <unistd.h>

#include "libc_private.h"

static int
user_value(int number)
{
	switch (number) {
	case USER_BC_BASE_MAX:
		return BC_BASE_MAX;
	case USER_BC_DIM_MAX:
		return BC_DIM_MAX;
	case USER_BC_SCALE_MAX:
		return BC_SCALE_MAX;
	case USER_BC_STRING_MAX:
		return BC_STRING_MAX;
	case USER_COLL_WEIGHTS_MAX:
		return COLL_WEIGHTS_MAX;
	case USER_EXPR_NEST_MAX:
		return EXPR_NEST_MAX;
	case USER_LINE_MAX:
		return LINE_MAX;
	case USER_RE_DUP_MAX:
		return RE_DUP_MAX;
	case USER_POSIX2_VERSION:
		return _POSIX2_VERSION;
	case USER_POSIX2_C_BIND:
		return _POSIX2_C_BIND;
	case USER_STREAM_MAX:
		return _POSIX_STREAM_MAX;
	case USER_TZNAME_MAX:
		return _POSIX_TZNAME_MAX;
	case USER_ATEXIT_MAX:
		return INT_MAX;
	default:
		return 0;
	}
}

static int
user_sysctl(const int *mib, u_int length, void *old, size_t *old_size, const void *new)
{
	const void *value;
	size_t size;
	int number;

	if (length != 2 || mib[1] <= 0 || mib[1] > USER_ATEXIT_MAX) {
		errno = length == 2 ? ENOENT : EISDIR;
		return -1;
	}
	if (new != NULL) {
		errno = EPERM;
		return -1;
	}
	if (mib[1] == USER_CS_PATH) {
		value = _PATH_STDPATH;
		size = sizeof(_PATH_STDPATH);
	} else {
		number = user_value(mib[1]);
		value = &number;
		size = sizeof(number);
	}
	if (old_size == NULL)
		return 0;
	if (old != NULL) {
		if (*old_size < size) {
			memcpy(old, value, *old_size);
			errno = ENOMEM;
			return -1;
		}
		memcpy(old, value, size);
	}
	*old_size = size;
	return 0;
}

int
sysctl(const int *mib, u_int length, void *old, size_t *old_size, const void *new, size_t new_size)
{
	if (length > 0 && mib[0] == CTL_USER)
		return user_sysctl(mib, length, old, old_size, new);
	return __sysctl(mib, length, old, old_size, new, new_size);
}
