/*
 * Restartable atomic sequences (spec C.10, D1): an increment that is three instructions long stays whole although
 * the process loses the CPU inside it again and again; a child has the sequence, a new program has not.
 */
#include <sys/param.h>
#include <sys/ras.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

extern char begin_count[], end_count[];
static volatile long counter;
static volatile sig_atomic_t ticks;

/*
 * Counts how often the sequence begins, loads the counter, dawdles, and stores it plus one. A signal handler that
 * adds to the counter in between would be undone if the store were not preceded by a fresh load.
 */
__attribute__((noinline)) static void
count(void)
{
	__asm__ volatile(
	    ".globl begin_count, end_count\n"
	    "begin_count:\n"
	    "	ld	t0, 0(%0)\n"
	    "	li	t1, 3000\n"
	    "1:	addi	t1, t1, -1\n"
	    "	bnez	t1, 1b\n"
	    "	addi	t0, t0, 1\n"
	    "	sd	t0, 0(%0)\n"
	    "end_count:\n"
	    :: "r"(&counter) : "t0", "t1", "memory");
}

static void
tick(int sig)
{
	(void)sig;
	ticks++;
	counter += 1000000;
}

/* With a signal every few microseconds, each increment and each handler's addition must be there in the end. */
static int
stress(void)
{
	struct itimerval every = { { 0, 700 }, { 0, 700 } }, never = { { 0, 0 }, { 0, 0 } };
	counter = 0;
	ticks = 0;
	setitimer(ITIMER_REAL, &every, NULL);
	for (int i = 0; i < 2000; i++)
		count();
	setitimer(ITIMER_REAL, &never, NULL);
	return ticks > 5 && counter == 2000 + 1000000L * ticks;
}

int
main(int argc, char **argv)
{
	size_t length = end_count - begin_count;
	int status;

	if (argc > 1) { /* run anew by exec */
		CHECK_ERRNO(rasctl(begin_count, length, RAS_PURGE), ESRCH);
		return 0;
	}
	signal(SIGALRM, tick);
	CHECK(!stress()); /* the test can fail */
	CHECK_ERRNO(rasctl(begin_count, 0, RAS_INSTALL), EINVAL);
	CHECK_ERRNO(rasctl(NULL, 8, RAS_INSTALL), EINVAL);
	CHECK_ERRNO(rasctl((void *)-16, 64, RAS_INSTALL), EINVAL);
	CHECK_ERRNO(rasctl(begin_count, length, 7), EINVAL);
	CHECK_ERRNO(rasctl(begin_count, length, RAS_PURGE), ESRCH);
	CHECK_EQ(rasctl(begin_count, length, RAS_INSTALL), 0);
	CHECK(stress());
	CHECK_ERRNO(rasctl(begin_count + 4, 4, RAS_INSTALL), EEXIST);
	CHECK_ERRNO(rasctl(begin_count, length - 4, RAS_PURGE), ESRCH);
	for (int i = 1; i < 16; i++)
		CHECK_EQ(rasctl((char *)0x100000 + 64 * i, 32, RAS_INSTALL), 0);
	CHECK_ERRNO(rasctl((void *)0x200000, 32, RAS_INSTALL), EINVAL);

	pid_t pid = fork();
	if (pid == 0) {
		CHECK(stress());
		CHECK_ERRNO(rasctl((void *)0x200000, 32, RAS_INSTALL), EINVAL); /* all 16 came along */
		CHECK_EQ(rasctl(begin_count, length, RAS_PURGE), 0);
		CHECK_ERRNO(rasctl(begin_count, length, RAS_PURGE), ESRCH);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_EQ(rasctl(begin_count, length, RAS_PURGE), 0); /* what the child purged was its own */
	CHECK_EQ(rasctl(NULL, 0, RAS_PURGE_ALL), 0);
	CHECK_EQ(rasctl(begin_count, length, RAS_INSTALL), 0);
	if ((pid = fork()) == 0) {
		execl(argv[0][0] == '/' ? argv[0] : "/bin/ras", "ras", "again", NULL);
		_exit(99);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);

	/* As NetBSD's riscv port has it: not there. */
	int strict = 1;
	CHECK_EQ(sysctlbyname("debug.strict_riscv", NULL, NULL, &strict, sizeof(strict)), 0);
	CHECK_ERRNO(rasctl(begin_count, length, RAS_PURGE), EOPNOTSUPP);
	CHECK_ERRNO(rasctl(NULL, 0, RAS_PURGE_ALL), EOPNOTSUPP);
	strict = 0;
	CHECK_EQ(sysctlbyname("debug.strict_riscv", NULL, NULL, &strict, sizeof(strict)), 0);
	CHECK_EQ(rasctl(begin_count, length, RAS_PURGE), 0);
	return 0;
}
