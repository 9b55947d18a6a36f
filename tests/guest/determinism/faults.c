/*
 * One process that faults in all places: at the start, in the middle and at the end of blocks, on loads, stores
 * and fetches, and takes signals on the way. How much code it runs does not depend on when it is interrupted.
 */
#include <sys/mman.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

#define PAGE 4096
#define PAGES 150

static volatile int caught;
static char *area;

static void
on_fault(int signo, siginfo_t *info, void *context)
{
	caught++;
	mprotect((char *)((unsigned long)info->si_addr & ~(PAGE - 1UL)), PAGE, PROT_READ | PROT_WRITE);
}

int
main(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	unsigned long sum = 0;
	double x = 1;
	int fds[2];
	pid_t pid;

	area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	CHECK(area != MAP_FAILED);
	for (int i = 0; i < PAGES; i++) {
		volatile char *p = area + i * PAGE + i * 31 % PAGE;

		sum = sum * 3 + (unsigned)i;
		*p = (char)sum;
		sum ^= (unsigned long)*p << i % 50;
		x = x / 3 + (double)sum;
		if (i % 10 == 0)
			getppid();
	}
	CHECK_EQ(sigaction(SIGSEGV, &action, NULL), 0);
	CHECK_EQ(mprotect(area, PAGES * PAGE, PROT_NONE), 0);
	for (int i = 0; i < PAGES; i += 5) {
		sum += (unsigned char)area[i * PAGE];
		area[i * PAGE + 8] = (char)i;
	}
	CHECK_EQ(caught, PAGES / 5);
	/* The page across whose end an instruction lies: two pages of code, the second comes later. */
	{
		static const unsigned short code[] = { 0x0505, 0x0505, 0x8082 };	/* addi a0, a0, 1 twice; ret */
		static const unsigned char wide[] = { 0x13, 0x05, 0x15, 0x00, 0x82, 0x80 };	/* addi; ret */
		char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);

		memcpy(p + PAGE - 6, code, 4);
		memcpy(p + PAGE - 2, wide, sizeof(wide));
		CHECK_EQ(mprotect(p, 2 * PAGE, PROT_READ | PROT_EXEC), 0);
		CHECK_EQ(((long (*)(long))(void *)(p + PAGE - 6))(5), 8);
	}
	CHECK_EQ(pipe(fds), 0);
	pid = vfork();
	if (pid == 0) {
		for (volatile int i = 0; i < 3000; i++)
			continue;
		_exit(write(fds[1], "x", 1) != 1);
	}
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	printf("%lu %a\n", sum, x);
	return 0;
}
