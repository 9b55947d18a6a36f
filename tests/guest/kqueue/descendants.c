/* A long line of descendants, each the child of the last, all followed (NetBSD's t_proc4). */
#include "kq.h"

#define GENERATIONS 110

static void
descend(int n)
{
	pid_t pid;

	if (n == 0)
		_exit(0);
	pid = fork();
	if (pid == -1)
		_exit(2);
	if (pid == 0)
		descend(n - 1);
	else {
		int status;

		if (waitpid(pid, &status, 0) != pid || status != 0)
			_exit(3);
		_exit(0);
	}
}

int
main(void)
{
	int kq = kqueue(), births = 0, exits = 0;
	struct timespec limit = { 5, 0 };
	static pid_t born[GENERATIONS + 1];
	struct kevent kev;
	pid_t pid;

	CHECK_EQ(change(kq, getpid(), EVFILT_PROC, EV_ADD, NOTE_TRACK | NOTE_EXIT | NOTE_EXEC, 0), 0);
	pid = fork();
	if (pid == 0)
		descend(GENERATIONS - 1);
	while (exits < GENERATIONS) {
		CHECK_EQ(kevent(kq, NULL, 0, &kev, 1, &limit), 1);
		CHECK_EQ(kev.fflags & NOTE_TRACKERR, 0);
		CHECK_EQ(kev.fflags & NOTE_FORK, 0);	/* nobody asked for it */
		if (kev.fflags & NOTE_CHILD) {
			CHECK(births < GENERATIONS);
			CHECK_EQ(kev.data, births == 0 ? getpid() : born[births - 1]);
			born[births++] = kev.ident;
		}
		if (kev.fflags & NOTE_EXIT) {
			CHECK_EQ(kev.ident, born[GENERATIONS - 1 - exits]);
			CHECK_EQ(kev.data, 0);
			exits++;
		}
	}
	CHECK_EQ(births, GENERATIONS);
	CHECK_EQ(born[0], pid);
	expect_exit(pid, 0);
	expect_none(kq);
	return 0;
}
