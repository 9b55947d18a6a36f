/*
 * A point at which the test outside looks into the machine. It recognises the call by its first argument; the
 * kernel refuses it.
 */
#ifndef MARK_H
#define MARK_H

#include <sys/syscall.h>
#include <unistd.h>

#define MARK 0x4d41524b

static inline void
mark(long number, const volatile void *address)
{
	syscall(SYS_getpriority, MARK, number, address);
}

#endif
