/* A kqueue is not inherited (spec C.12). */
#include <sys/event.h>
#include <fcntl.h>

#include "baton.h"

/* A kqueue's number is free in the child, and may be its lowest free one. */
int
main(void)
{
	int kq = kqueue(), after = dup(1);
	pid_t pid;

	CHECK_EQ(after, kq + 1);
	pid = fork();
	if (pid == 0) {
		CHECK_ERRNO(fcntl(kq, F_GETFD), EBADF);
		CHECK_EQ(fcntl(after, F_GETFD), 0);
		CHECK_EQ(open("/dev/null", O_RDONLY), kq);
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(fcntl(kq, F_GETFD), 0);
	return 0;
}

