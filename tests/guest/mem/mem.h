/*
 * Looking at memory that may not be there: what a load or a store does, without dying of it.
 */
#ifndef MEM_H
#define MEM_H

#include <sys/mman.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>

#include "../signal/child.h"

#define PAGE 4096ul

static sigjmp_buf mem_back;
static volatile int mem_code;

static inline void
mem_handler(int signo, siginfo_t *info, void *context)
{
	(void)context;
	mem_code = info->si_code;
	siglongjmp(mem_back, signo);
}

static inline void
mem_catch(int on)
{
	struct sigaction sa = { .sa_sigaction = mem_handler, .sa_flags = SA_SIGINFO };

	if (!on)
		sa.sa_handler = SIG_DFL;
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
}

/* 0, or the signal that loading a byte raises. */
static inline int
load_signal(const volatile void *p)
{
	volatile int signo;

	mem_catch(1);
	signo = sigsetjmp(mem_back, 1);
	if (signo == 0)
		(void)*(const volatile char *)p;
	mem_catch(0);
	return signo;
}

/* 0, or the signal that storing a byte raises. */
static inline int
store_signal(volatile void *p, int value)
{
	volatile int signo;

	mem_catch(1);
	signo = sigsetjmp(mem_back, 1);
	if (signo == 0)
		*(volatile char *)p = (char)value;
	mem_catch(0);
	return signo;
}

/* 0, or the signal that calling the code at an address raises. */
static inline int
call_signal(void *p)
{
	volatile int signo;

	mem_catch(1);
	signo = sigsetjmp(mem_back, 1);
	if (signo == 0)
		((void (*)(void))p)();
	mem_catch(0);
	return signo;
}

static inline char *
map_anon(size_t size, int prot)
{
	char *p = mmap(NULL, size, prot, MAP_ANON | MAP_PRIVATE, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

#endif
