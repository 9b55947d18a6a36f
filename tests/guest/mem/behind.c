/* Private file memory that is shared with a child, and made private again, over and over: what was never touched
   is the file's, however often. */
#include <fcntl.h>

#include "mem.h"

#define ROUNDS	1050

static char *p;

static void
fork_with(int inherit)
{
	int status;
	pid_t child;

	CHECK_EQ(minherit(p, PAGE, inherit), 0);
	if ((child = fork()) == 0)
		_exit(0);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
}

int
main(void)
{
	static char data[3 * PAGE];
	int fd = open("/tmp/behind", O_RDWR | O_CREAT, 0600);

	for (int i = 0; i < 3; i++)
		memset(data + i * PAGE, 'a' + i, PAGE);
	CHECK_EQ(write(fd, data, sizeof(data)), sizeof(data));
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, PAGE);
	CHECK(p != MAP_FAILED);
	CHECK_EQ(close(fd), 0);
	for (int i = 0; i < ROUNDS; i++) {
		if (i == ROUNDS / 2)
			p[1] = 'x';
		fork_with(MAP_INHERIT_SHARE);
		fork_with(MAP_INHERIT_COPY);
	}
	CHECK_EQ(p[0], 'b');
	CHECK_EQ(p[1], 'x');
	/* The next page of the file, which nobody has seen yet. */
	p = mremap(p, PAGE, NULL, 2 * PAGE, 0);
	CHECK(p != MAP_FAILED);
	CHECK_EQ(p[1], 'x');
	CHECK_EQ(p[PAGE], 'c');
	CHECK_EQ(p[2 * PAGE - 1], 'c');
	CHECK_EQ(munmap(p, 2 * PAGE), 0);
	return 0;
}
