/*
 * posix_spawn at the process limits refuses at once and in silence, whatever kern.forkfsleep says, unlike fork
 * (spec C.33, quirk Q6).
 */
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <spawn.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

extern char **environ;

static void
set(const char *name, int n)
{
	CHECK_EQ(sysctlbyname(name, NULL, NULL, &n, sizeof(n)), 0);
}

static int
messages(void)
{
	static char buffer[65536];
	size_t size = sizeof(buffer) - 1;
	int n = 0;

	CHECK_EQ(sysctlbyname("kern.msgbuf", buffer, &size, NULL, 0), 0);
	buffer[size] = '\0';
	for (char *p = buffer; (p = strstr(p, "table is full")) != NULL; p++)
		n++;
	return n;
}

static void
expect_refusal(void)
{
	char *argv[] = { "refused", "child", NULL };
	struct timespec before, after;
	pid_t pid = 77;

	clock_gettime(CLOCK_MONOTONIC, &before);
	CHECK_EQ(posix_spawn(&pid, "/bin/refused", NULL, NULL, argv, environ), EAGAIN);
	clock_gettime(CLOCK_MONOTONIC, &after);
	CHECK_EQ(pid, 77);
	timespecsub(&after, &before, &after);
	CHECK(after.tv_sec == 0 && after.tv_nsec < 100000000);
	CHECK_ERRNO(waitpid(-1, NULL, WNOHANG), ECHILD);
}

int
main(int argc, char **argv)
{
	char *child[] = { "refused", "child", NULL };
	struct rlimit one = { 1, 1 };
	int status, said = messages(), n;
	pid_t pid;

	(void)argv;
	if (argc > 1)
		return 0;
	set("kern.forkfsleep", 300);
	for (n = 1; n < 50; n++) {
		set("kern.maxproc", n);
		if (posix_spawn(&pid, "/bin/refused", NULL, NULL, child, environ) == 0)
			break;
	}
	CHECK(n > 1 && n < 50);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	set("kern.maxproc", n - 1);
	expect_refusal();
	CHECK_EQ(messages(), said);
	set("kern.maxproc", 500);
	CHECK_EQ(setrlimit(RLIMIT_NPROC, &one), 0);
	CHECK_EQ(setuid(1000), 0);
	expect_refusal();
	return 0;
}
