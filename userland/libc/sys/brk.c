/*
 * The break: the end of the data segment. The kernel takes absolute addresses only, so where it stands is
 * remembered here.
 */
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "libc_private.h"

extern char _end[];

char *__minbrk = _end;
char *__curbrk = _end;

int
brk(void *address)
{
	char *wanted = address;

	if (wanted < __minbrk)
		wanted = __minbrk;
	if (__sys_break(wanted) == -1)
		return -1;
	__curbrk = wanted;
	return 0;
}

void *
sbrk(intptr_t increment)
{
	char *old = __curbrk;
	uintptr_t wanted;

	if (increment == 0)
		return old;
	if (__builtin_add_overflow((uintptr_t)old, increment, &wanted)) {
		errno = ENOMEM;
		return (void *)-1;
	}
	if (__sys_break((void *)wanted) == -1)
		return (void *)-1;
	__curbrk = (char *)wanted;
	return old;
}
