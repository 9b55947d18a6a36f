/* What waiting tells about resources, and when it is added to the parent's account (spec C.34). */
#include <sys/mman.h>

#include "children.h"

static long
us(struct timeval t)
{
	return t.tv_sec * 1000000 + t.tv_usec;
}

static void
burn(int rounds)
{
	for (volatile int i = 0; i < rounds * 1000; i++)
		continue;
}

static pid_t
child_burns(int rounds)
{
	pid_t pid = fork();

	if (pid == 0) {
		char *p = mmap(NULL, 40 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);

		for (int i = 0; i < 40; i++)
			p[i * 4096] = 1;
		burn(rounds);
		_exit(0);
	}
	return pid;
}

int
main(void)
{
	struct rusage own, children, before;
	struct wrusage both;
	pid_t pid;
	long first, second;

	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &children), 0);
	CHECK_EQ(us(children.ru_utime) + us(children.ru_stime), 0);
	CHECK_EQ(children.ru_maxrss, 0);
	CHECK_ERRNO(getrusage(2, &children), EINVAL);

	/* A zombie is not in the account yet, nor what WNOWAIT showed. */
	pid = child_burns(100);
	CHECK_EQ(wait6(P_PID, pid, NULL, WEXITED | WNOWAIT, &both, NULL), pid);
	first = us(both.wru_self.ru_utime);
	CHECK(first > 100);
	CHECK(both.wru_self.ru_minflt >= 40);
	CHECK(both.wru_self.ru_maxrss >= 160);
	CHECK_EQ(us(both.wru_children.ru_utime), 0);
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &children), 0);
	CHECK_EQ(us(children.ru_utime), 0);
	CHECK_EQ(wait4(pid, NULL, 0, &own), pid);
	CHECK_EQ(us(own.ru_utime), first);
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &children), 0);
	CHECK_EQ(us(children.ru_utime), first);
	CHECK_EQ(children.ru_minflt, own.ru_minflt);

	/* The next one adds to it; the largest memory stays. */
	pid = fork();
	if (pid == 0) {
		burn(50);
		_exit(0);
	}
	CHECK_EQ(wait4(pid, NULL, 0, &own), pid);
	second = us(own.ru_utime);
	CHECK(second > 0 && second < first);
	before = children;
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &children), 0);
	CHECK(us(children.ru_utime) >= first + second - 2 && us(children.ru_utime) <= first + second + 2);
	CHECK_EQ(children.ru_maxrss, before.ru_maxrss);

	/* A grandchild's use comes with the child that waited for it. */
	pid = fork();
	if (pid == 0) {
		pid_t grandchild = child_burns(100);

		_exit(waitpid(grandchild, NULL, 0) != grandchild);
	}
	CHECK_EQ(wait6(P_PID, pid, NULL, WEXITED, &both, NULL), pid);
	CHECK(us(both.wru_children.ru_utime) >= first - 20);
	CHECK(us(both.wru_self.ru_utime) < 50);
	before = children;
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &children), 0);
	CHECK(us(children.ru_utime) >= us(before.ru_utime) + first - 20);
	/* What wait4 reports includes it as well. */
	pid = fork();
	if (pid == 0) {
		waitpid(child_burns(100), NULL, 0);
		_exit(0);
	}
	CHECK_EQ(wait4(pid, NULL, 0, &own), pid);
	CHECK(us(own.ru_utime) >= first - 20);

	/* One that nobody waited for is lost: init's, or ignored. */
	signal(SIGCHLD, SIG_IGN);
	before = children;
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &before), 0);
	pid = child_burns(100);
	CHECK_ERRNO(waitpid(pid, NULL, 0), ECHILD);
	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &children), 0);
	CHECK_EQ(us(children.ru_utime), us(before.ru_utime));
	return 0;
}
