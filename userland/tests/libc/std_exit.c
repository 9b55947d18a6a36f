/* exit(3): handlers run last in first out, may register more, and output is flushed after them. */
#include <sys/wait.h>

#include <unistd.h>

#include "../check.h"

static void
say(const char *what)
{
	printf("%s ", what);
}

static void
late(void)
{
	say("late");
}

static void
third(void)
{
	say("third");
	atexit(late);
}

static void
second(void)
{
	say("second");
}

static void
first(void)
{
	say("first");
}

static void
quick(void)
{
	write(STDOUT_FILENO, "quick ", 6);
}

static void
many(void)
{
	static int calls;

	if (++calls == 100)
		say("hundred");
}

/* What a child that does `act` writes on its standard output; its status is returned. */
static int
output_of(void (*act)(void), char *buf, size_t size)
{
	int fds[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	CHECK_EQ(pipe(fds), 0);
	fflush(NULL);
	pid = fork();
	CHECK(pid != -1);
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		act();
		_exit(99);
	}
	close(fds[1]);
	while ((n = read(fds[0], buf + len, size - 1 - len)) > 0)
		len += (size_t)n;
	buf[len] = '\0';
	close(fds[0]);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

static void
leave(void)
{
	atexit(first);
	atexit(second);
	atexit(third);
	say("main");
	exit(7);
}

static void
leave_with_many(void)
{
	for (int i = 0; i < 100; i++)
		CHECK_EQ(atexit(many), 0);
	exit(0);
}

static void
leave_quickly(void)
{
	atexit(first);
	at_quick_exit(quick);
	say("lost");
	quick_exit(3);
}

static void
leave_at_once(void)
{
	atexit(first);
	say("lost");
	_Exit(4);
}

int
main(void)
{
	char buf[128];
	int status;

	status = output_of(leave, buf, sizeof(buf));
	CHECK_EQ(WEXITSTATUS(status), 7);
	CHECK_STR(buf, "main third late second first ");
	status = output_of(leave_with_many, buf, sizeof(buf));
	CHECK_EQ(status, 0);
	CHECK_STR(buf, "hundred ");
	status = output_of(leave_quickly, buf, sizeof(buf));
	CHECK_EQ(WEXITSTATUS(status), 3);
	CHECK_STR(buf, "quick ");
	status = output_of(leave_at_once, buf, sizeof(buf));
	CHECK_EQ(WEXITSTATUS(status), 4);
	CHECK_STR(buf, "");
	return 0;
}
