/* munmap: holes, both ends, several mappings at once, what lies outside. */
#include "mem.h"

#define RW (PROT_READ | PROT_WRITE)

int
main(void)
{
	char *p = map_anon(10 * PAGE, RW), *q;

	for (int i = 0; i < 10; i++)
		p[i * PAGE] = (char)(i + 1);
	CHECK_EQ(munmap(p + 4 * PAGE, 2 * PAGE), 0);
	for (int i = 0; i < 10; i++) {
		CHECK_EQ(load_signal(p + i * PAGE), i == 4 || i == 5 ? SIGSEGV : 0);
		if (i != 4 && i != 5)
			CHECK_EQ(p[i * PAGE], i + 1);
	}
	/* Again, over the hole: no error. Nothing at all is none either. */
	CHECK_EQ(munmap(p + 3 * PAGE, 4 * PAGE), 0);
	CHECK_EQ(munmap(p + 3 * PAGE, 4 * PAGE), 0);
	CHECK_EQ(load_signal(p + 3 * PAGE), SIGSEGV);
	CHECK_EQ(load_signal(p + 6 * PAGE + 4095), SIGSEGV);
	CHECK_EQ(load_signal(p + 7 * PAGE), 0);
	/* The length is rounded up, the address down. */
	CHECK_EQ(munmap(p, 1), 0);
	CHECK_EQ(load_signal(p + 4095), SIGSEGV);
	CHECK_EQ(load_signal(p + PAGE), 0);
	CHECK_EQ(munmap(p + 2 * PAGE - 1, 2), 0);
	CHECK_EQ(load_signal(p + PAGE), SIGSEGV);
	CHECK_EQ(load_signal(p + 2 * PAGE), SIGSEGV);
	CHECK_EQ(munmap(p, 0), 0);
	/* Several mappings at once, of different kinds. */
	q = map_anon(6 * PAGE, RW);
	CHECK_EQ(mprotect(q + PAGE, PAGE, PROT_READ), 0);
	CHECK(mmap(q + 3 * PAGE, PAGE, RW, MAP_ANON | MAP_SHARED | MAP_FIXED, -1, 0) == q + 3 * PAGE);
	memset(q + 2 * PAGE, 1, 4 * PAGE);
	CHECK_EQ(munmap(q + PAGE, 4 * PAGE), 0);
	for (int i = 0; i < 6; i++)
		CHECK_EQ(load_signal(q + i * PAGE), i == 0 || i == 5 ? 0 : SIGSEGV);
	/* What comes there next starts out zero. */
	CHECK(mmap(q + 2 * PAGE, PAGE, RW, MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0) == q + 2 * PAGE);
	CHECK_EQ(q[2 * PAGE], 0);
	/* Not in user space. */
	CHECK_ERRNO(munmap(NULL, PAGE), EINVAL);
	CHECK_ERRNO(munmap((void *)0x3fffff0000, PAGE), EINVAL);
	CHECK_ERRNO(munmap((void *)0xffffffc000000000, PAGE), EINVAL);
	CHECK_ERRNO(munmap((void *)PAGE, ~0ul), EINVAL);
	CHECK_ERRNO(munmap((void *)PAGE, 1ul << 39), EINVAL);
	/* A child's holes are its own; so are the parent's. */
	p = map_anon(4 * PAGE, RW);
	memset(p, 7, 4 * PAGE);
	pid_t pid = fork();
	if (pid == 0) {
		CHECK_EQ(munmap(p + PAGE, PAGE), 0);
		sleep_ms(5);
		CHECK_EQ(load_signal(p + PAGE), SIGSEGV);
		CHECK_EQ(p[2 * PAGE], 7);
		_exit(0);
	}
	sleep_ms(1);
	CHECK_EQ(munmap(p + 2 * PAGE, PAGE), 0);
	CHECK_EQ(p[PAGE], 7);
	int status;
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	/* Thousands of little ones. */
	for (int round = 0; round < 3; round++) {
		char *many[300];
		for (int i = 0; i < 300; i++) {
			many[i] = map_anon(PAGE * (1 + i % 3), RW);
			*many[i] = (char)i;
		}
		for (int i = 0; i < 300; i += 2)
			CHECK_EQ(munmap(many[i], PAGE * (1 + i % 3)), 0);
		for (int i = 1; i < 300; i += 2) {
			CHECK_EQ(*many[i], (char)i);
			CHECK_EQ(munmap(many[i], PAGE * (1 + i % 3)), 0);
		}
	}
	return 0;
}
