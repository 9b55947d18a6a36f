/* A fault whose signal is blocked, ignored or left alone kills, whatever handler there is. */
#include <sys/mman.h>
#include <signal.h>

#include "child.h"

static void
handler(int signo)
{
	_exit(100 + signo);
}

static int mode;
static void (*fault)(void);

static void
segv(void)
{
	*(volatile int *)8 = 1;
}

static void
trap(void)
{
	__asm__ volatile("ebreak");
}

static void
illegal(void)
{
	__asm__ volatile(".word 0");
}

static void
bus(void)
{
	static int a[2];
	int t;

	__asm__ volatile("amoadd.w %0, %0, (%1)" : "=r"(t) : "r"((char *)a + 1), "0"(1));
}

static void
run(void)
{
	static const int signals[] = { SIGSEGV, SIGTRAP, SIGILL, SIGBUS };
	sigset_t set;

	sigemptyset(&set);
	for (int i = 0; i < 4; i++) {
		if (mode & 1)
			signal(signals[i], handler);
		if (mode & 2)
			signal(signals[i], SIG_IGN);
		sigaddset(&set, signals[i]);
	}
	if (mode & 4)
		sigprocmask(SIG_BLOCK, &set, NULL);
	fault();
	_exit(1);
}

static void
fault_in_handler(int signo)
{
	(void)signo;
	segv();
	_exit(1);
}

/* A second fault in the handler: its signal is blocked there. */
static void
twice(void)
{
	signal(SIGSEGV, fault_in_handler);
	segv();
	_exit(1);
}

/* A handler that returns to the faulting instruction runs again and again. */
static volatile int times;

static void
count_to_ten(int signo)
{
	(void)signo;
	if (++times == 10)
		_exit(10);
}

static void
again(void)
{
	signal(SIGSEGV, count_to_ten);
	segv();
	_exit(1);
}

/* A handler nobody can run. */
static void
bad_handler(void)
{
	signal(SIGSEGV, (void (*)(int))0x5000000000);
	segv();
	_exit(1);
}

int
main(void)
{
	static const struct {
		void (*fault)(void);
		int signo;
	} kinds[] = { { segv, SIGSEGV }, { trap, SIGTRAP }, { illegal, SIGILL }, { bus, SIGBUS } };

	for (int i = 0; i < 4; i++) {
		fault = kinds[i].fault;
		for (mode = 0; mode < 8; mode++) {
			if ((mode & 3) == 3)
				continue;
			int status = child_status(run);
			int wanted = mode == 1 ? (100 + kinds[i].signo) << 8 : kinds[i].signo;

			if ((status & 0xff7f) != wanted)
				CHECK_FAIL("signal %d, mode %d: wait status %#x", kinds[i].signo, mode, status);
		}
	}
	CHECK_KILLED(twice, SIGSEGV);
	CHECK_EQ(child_status(again), 10 << 8);
	CHECK_KILLED(bad_handler, SIGSEGV);
	return 0;
}
