/* A fork that is refused between two marks; the argument says with which errno. Without one, none is. */
#include "../cow/mark.h"
#include "baton.h"

int
main(int argc, char **argv)
{
	pid_t pid;

	mark(1, NULL);
	if (argc == 2)
		CHECK_ERRNO(fork(), atoi(argv[1]));
	mark(2, NULL);
	pid = fork();
	if (pid == 0)
		_exit(3);
	expect_exit(pid, 3);
	return 0;
}
