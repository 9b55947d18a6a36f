/* mprotect: less, more, nothing and back, over parts; copies stay private; code that is written and run. */
#include <fcntl.h>

#include "mem.h"

#define RW (PROT_READ | PROT_WRITE)

/* PROT_NONE and back keeps what was there, whatever kind of memory it is, and whatever touches it first. */
static void
none_and_back(char *p, int fork_first)
{
	for (int first = 0; first < 2; first++) {
		p[0] = 'a';
		p[PAGE] = 'b';
		pid_t pid = fork_first ? fork() : -1;
		if (pid == 0) {
			sleep_ms(2);
			_exit(p[0] != 'a' && p[0] != 'c');
		}
		CHECK_EQ(mprotect(p, 2 * PAGE, PROT_NONE), 0);
		CHECK_EQ(load_signal(p), SIGSEGV);
		CHECK_EQ(mem_code, SEGV_ACCERR);
		CHECK_EQ(store_signal(p + PAGE, 1), SIGSEGV);
		CHECK_EQ(mprotect(p, PAGE, PROT_READ), 0);
		CHECK_EQ(p[0], 'a');
		CHECK_EQ(store_signal(p, 1), SIGSEGV);
		CHECK_EQ(load_signal(p + PAGE), SIGSEGV);
		CHECK_EQ(mprotect(p, 2 * PAGE, RW), 0);
		if (first) {
			CHECK_EQ(p[0], 'a');
			CHECK_EQ(p[PAGE], 'b');
		}
		p[0] = 'c';
		p[PAGE] = 'd';
		CHECK_EQ(p[0], 'c');
		CHECK_EQ(p[PAGE], 'd');
		if (pid > 0) {
			int status;
			CHECK_EQ(waitpid(pid, &status, 0), pid);
			CHECK_EQ(status, 0);
		}
	}
}

static void
write_and_run(void)
{
	static const uint32_t li_a0[] = { 0x00700513, 0x00008067 };	/* li a0, 7; ret */
	char *p = map_anon(PAGE, RW);
	int (*f)(void) = (int (*)(void))p;

	memcpy(p, li_a0, sizeof(li_a0));
	CHECK_EQ(call_signal(p), SIGSEGV);
	CHECK_EQ(mprotect(p, PAGE, PROT_READ | PROT_EXEC), 0);
	CHECK_EQ(f(), 7);
	CHECK_EQ(store_signal(p, 0), SIGSEGV);
	/* Changed and run again. */
	for (uint32_t i = 0; i < 5; i++) {
		CHECK_EQ(mprotect(p, PAGE, RW), 0);
		*(volatile uint32_t *)p = 0x00000513 | i << 20;
		CHECK_EQ(mprotect(p, PAGE, PROT_READ | PROT_EXEC), 0);
		__asm__ volatile("fence.i" ::: "memory");
		CHECK_EQ(f(), i);
	}
	/* All at once. */
	CHECK_EQ(mprotect(p, PAGE, RW | PROT_EXEC), 0);
	for (uint32_t i = 10; i < 15; i++) {
		*(volatile uint32_t *)p = 0x00000513 | i << 20;
		__asm__ volatile("fence.i" ::: "memory");
		CHECK_EQ(f(), i);
	}
	/* Code that may only be run. */
	CHECK_EQ(mprotect(p, PAGE, PROT_EXEC), 0);
	CHECK_EQ(f(), 14);
	CHECK_EQ(load_signal(p), SIGSEGV);
	/* Where other code was, after munmap. */
	CHECK_EQ(munmap(p, PAGE), 0);
	CHECK(mmap(p, PAGE, RW | PROT_EXEC, MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0) == p);
	memcpy(p, li_a0, sizeof(li_a0));
	CHECK_EQ(f(), 7);
}

int
main(void)
{
	char *p = map_anon(8 * PAGE, RW);
	int fd = open("/tmp/protect", O_RDWR | O_CREAT, 0600), status;

	/* Over parts: entries are split, and what is beside them is as it was. */
	memset(p, 1, 8 * PAGE);
	CHECK_EQ(mprotect(p + 2 * PAGE, 3 * PAGE, PROT_READ), 0);
	CHECK_EQ(mprotect(p + 3 * PAGE, PAGE, PROT_NONE), 0);
	for (int i = 0; i < 8; i++) {
		CHECK_EQ(load_signal(p + i * PAGE), i == 3 ? SIGSEGV : 0);
		CHECK_EQ(store_signal(p + i * PAGE, 2), i >= 2 && i <= 4 ? SIGSEGV : 0);
	}
	CHECK_EQ(mprotect(p, 8 * PAGE, RW), 0);
	for (int i = 0; i < 8; i++) {
		CHECK_EQ(p[i * PAGE], i >= 2 && i <= 4 ? 1 : 2);
		CHECK_EQ(store_signal(p + i * PAGE, 3), 0);
	}
	/* Unaligned ends take in whole pages. */
	CHECK_EQ(mprotect(p + PAGE + 100, 1, PROT_READ), 0);
	CHECK_EQ(store_signal(p + PAGE, 1), SIGSEGV);
	CHECK_EQ(store_signal(p + 2 * PAGE - 1, 1), SIGSEGV);
	CHECK_EQ(store_signal(p + 2 * PAGE, 1), 0);
	CHECK_EQ(mprotect(p, 0, PROT_NONE), 0);
	CHECK_EQ(load_signal(p), 0);
	/* Refused. */
	CHECK_ERRNO(mprotect(p, PAGE, 8), EINVAL);
	CHECK_ERRNO(mprotect(p, PAGE, -1), EINVAL);
	CHECK_ERRNO(mprotect(NULL, PAGE, PROT_READ), EINVAL);
	CHECK_ERRNO(mprotect((void *)0xffffffc000000000, PAGE, PROT_READ), EINVAL);
	CHECK_EQ(munmap(p + 6 * PAGE, PAGE), 0);
	CHECK_ERRNO(mprotect(p + 5 * PAGE, 3 * PAGE, PROT_READ), ENOMEM);

	/* A page that becomes writable after a fork is copied, not shared. */
	p = map_anon(2 * PAGE, RW);
	strcpy(p, "mine");
	CHECK_EQ(mprotect(p, 2 * PAGE, PROT_READ), 0);
	pid_t pid = fork();
	if (pid == 0) {
		CHECK_EQ(mprotect(p, PAGE, RW), 0);
		strcpy(p, "its own");
		sleep_ms(3);
		_exit(strcmp(p, "its own") != 0);
	}
	sleep_ms(1);
	CHECK_STR(p, "mine");
	CHECK_EQ(mprotect(p, 2 * PAGE, RW), 0);
	strcpy(p, "changed");
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_STR(p, "changed");

	none_and_back(map_anon(2 * PAGE, RW), 0);
	none_and_back(map_anon(2 * PAGE, RW), 1);
	CHECK_EQ(ftruncate(fd, 2 * PAGE), 0);
	for (int i = 0; i < 2; i++) {
		none_and_back(mmap(NULL, 2 * PAGE, RW, MAP_ANON | MAP_SHARED, -1, 0), i);
		none_and_back(mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0), i);
		none_and_back(mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0), i);
	}
	/* System calls respect it. */
	p = map_anon(PAGE, RW);
	CHECK_EQ(mprotect(p, PAGE, PROT_READ), 0);
	CHECK_EQ(pwrite(fd, p, 10, 0), 10);
	CHECK_ERRNO(pread(fd, p, 10, 0), EFAULT);
	CHECK_EQ(mprotect(p, PAGE, PROT_NONE), 0);
	CHECK_ERRNO(pwrite(fd, p, 10, 0), EFAULT);

	write_and_run();
	return 0;
}
