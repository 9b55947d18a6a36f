/*
 * exec without memory: ENOMEM, and the old program goes on. The test outside lets an allocation fail after each
 * mark: the first, the second, and so on, until it does without.
 */
#include "../cow/mark.h"
#include "exec.h"

static volatile int data = 1;

int
main(int argc, char **argv)
{
	char failures[16], *again[] = { "no_memory", failures, NULL };

	if (argc == 2) {
		mark(1000 + atoi(argv[1]), NULL);
		return 0;
	}
	for (int i = 0; i < 100; i++) {
		snprintf(failures, sizeof(failures), "%d", i);
		mark(i, NULL);
		CHECK_ERRNO(execve("/bin/no_memory", again, no_environment), ENOMEM);
		CHECK_EQ(data, i + 1);
		data++;
	}
	return 1;
}
