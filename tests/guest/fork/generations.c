/*
 * Ten generations, each a child of the one before, each changing its own copy of the same pages: nobody sees
 * what a descendant or an ancestor stored after they parted.
 */
#include <sys/mman.h>

#include "baton.h"

#define PAGE 4096
#define DEPTH 10

static int data[DEPTH + 1] = { 1000 };
static volatile char *area;	/* page g belongs to generation g, page DEPTH to everybody */

static void
check_history(int me)
{
	for (int g = 0; g <= DEPTH; g++) {
		CHECK_EQ(data[g], g <= me ? 1000 + g : 0);
		if (g < DEPTH)
			CHECK_EQ(area[g * PAGE], g <= me ? g + 1 : 0);
	}
}

/* Before its own child starts a generation makes its mark; while it runs, and after, it stores something else. */
static void
generation(int me)
{
	struct baton born = new_baton(), done = new_baton();
	int local = me;
	pid_t pid;

	data[me] = 1000 + me;
	area[me * PAGE] = (char)(me + 1);
	area[DEPTH * PAGE] = (char)(me + 50);
	check_history(me);
	if (me + 1 == DEPTH)
		return;
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(area[DEPTH * PAGE], me + 50);
		CHECK_EQ(local, me);
		pass(born);
		await(done);
		CHECK_EQ(area[DEPTH * PAGE], me + 50);
		generation(me + 1);
		check_history(me + 1);
		CHECK_EQ(local, me);
		_exit(0);
	}
	local = -1;
	area[DEPTH * PAGE] = 99;
	await(born);
	CHECK_EQ(area[DEPTH * PAGE], 99);
	area[DEPTH * PAGE] = 98;
	pass(done);
	expect_exit(pid, 0);
	CHECK_EQ(area[DEPTH * PAGE], 98);
	CHECK_EQ(local, -1);
	check_history(me);
}

int
main(void)
{
	area = mmap(NULL, (DEPTH + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	CHECK(area != MAP_FAILED);
	generation(0);
	return 0;
}
