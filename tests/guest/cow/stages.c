/*
 * Three generations share four pages and part over them, one store at a time. At each mark the test looks at
 * everybody's page tables.
 */
#include <sys/mman.h>

#include "../fork/baton.h"
#include "mark.h"

#define PAGE 4096

int
main(void)
{
	struct baton a = new_baton(), b = new_baton(), c = new_baton();
	volatile char *p;
	pid_t pid;

	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	CHECK(p != MAP_FAILED);
	for (int i = 0; i < 4; i++)
		p[i * PAGE] = (char)(i + 1);
	mark(0, p);			/* one owner */
	pid = fork();
	if (pid == 0) {
		await(a);
		p[PAGE] = 22;
		mark(3, p);		/* child stored to page 1 */
		p[0] = 33;
		mark(4, p);		/* child stored to page 0, which it had left to itself */
		pid = fork();
		if (pid == 0) {
			await(b);
			_exit(p[0] + p[PAGE] + p[2 * PAGE] + p[3 * PAGE] != 33 + 22 + 3 + 4);
		}
		mark(5, p);		/* grandchild */
		pass(b);
		expect_exit(pid, 0);
		mark(6, p);		/* grandchild gone */
		pass(c);
		_exit(p[0] + p[PAGE] + p[2 * PAGE] + p[3 * PAGE] != 33 + 22 + 3 + 4);
	}
	mark(9, p);			/* copies the stack's page, and errno's */
	mark(1, p);			/* two owners */
	p[0] = 11;
	mark(2, p);			/* parent stored to page 0 */
	pass(a);
	await(c);
	expect_exit(pid, 0);
	mark(7, p);			/* child gone */
	p[2 * PAGE] = 44;
	mark(8, p);			/* parent stored to page 2, which it has to itself again */
	return p[0] + p[PAGE] + p[2 * PAGE] + p[3 * PAGE] != 11 + 2 + 44 + 4;
}
