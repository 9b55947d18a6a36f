/* munmap of memory whose tables are shared with a child, while there are no frames for tables: all or nothing. */
#include <sys/mman.h>
#include <sys/sysctl.h>
#include <errno.h>
#include <stdint.h>

#include "../fork/baton.h"

#define SPAN (2UL << 20) /* what a leaf table maps */

static void
fail_table(int n)
{
	CHECK_EQ(sysctlbyname("debug.fail.table", NULL, NULL, &n, sizeof(n)), 0);
}

int
main(void)
{
	char *base = mmap(NULL, 20 * SPAN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	char *p = (char *)(((uintptr_t)base + SPAN - 1) & ~(SPAN - 1));
	struct baton go = new_baton(), back = new_baton();
	int failures = 0;

	CHECK(base != MAP_FAILED);
	for (int i = 1; i < 12; i++)
		p[i * SPAN] = 5;
	p[0] = p[4096] = 1;
	pid_t pid = fork();
	if (pid == 0) {
		for (int n = 1; n < 4; n++) {
			await(go);
			pass(back);
		}
		_exit(0);
	}
	p[0] = 'A';
	for (int n = 1; n < 4; n++) {
		fail_table(n);
		int error = munmap(p, SPAN + 4096) == 0 ? 0 : errno;
		fail_table(0);
		pass(go);
		await(back); /* another space has run: what was translated before is not any more */
		if (error == 0)
			continue;
		CHECK_EQ(error, ENOMEM);
		CHECK_EQ(p[0], 'A');
		CHECK_EQ(p[4096], 1);
		CHECK_EQ(p[SPAN], 5);
		failures++;
	}
	CHECK(failures > 0);
	CHECK_EQ(p[2 * SPAN], 5);
	expect_exit(pid, 0);
	return 0;
}
