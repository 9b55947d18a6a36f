/*
 * The system's process limit (spec C.3): EAGAIN for root as well; one message in 10 s; forkfsleep makes a refusal
 * take its time; a thousand refusals leave nothing behind. Root's reserve of five does not bite (quirk Q1).
 */
#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define MESSAGE "proc: table is full - increase kern.maxproc or NPROC\n"

static void
set(const char *name, int n)
{
	CHECK_EQ(sysctlbyname(name, NULL, NULL, &n, sizeof(n)), 0);
}

static int
get(const char *name)
{
	int n = -1;
	size_t size = sizeof(n);
	CHECK_EQ(sysctlbyname(name, &n, &size, NULL, 0), 0);
	return n;
}

/* How often the message is in the kernel's buffer. */
static int
messages(void)
{
	static char buffer[65536];
	size_t size = sizeof(buffer) - 1;
	int n = 0;

	CHECK_EQ(sysctlbyname("kern.msgbuf", buffer, &size, NULL, 0), 0);
	buffer[size] = '\0';
	for (char *p = buffer; (p = strstr(p, MESSAGE)) != NULL; p++)
		n++;
	return n;
}

static double
now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int
can_fork(void)
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid == -1) {
		CHECK_EQ(errno, EAGAIN);
		return 0;
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return 1;
}

/* The smallest limit with which a fork still works. */
static int
smallest_maxproc(void)
{
	int n = 1;
	for (;; n++) {
		set("kern.maxproc", n);
		if (can_fork())
			return n;
	}
}

int
main(void)
{
	int before = get("kern.maxproc");
	struct timespec eleven = { 11, 0 };

	CHECK_EQ(messages(), 0);
	int enough = smallest_maxproc();
	CHECK(enough > 3); /* the kernel's own, init, this one, and the limit is never reached */
	CHECK_EQ(messages(), 1);

	set("kern.maxproc", enough - 1);
	for (int i = 0; i < 1000; i++)
		CHECK(!can_fork());
	CHECK_EQ(messages(), 1);
	nanosleep(&eleven, NULL);
	CHECK(!can_fork());
	CHECK(!can_fork());
	CHECK_EQ(messages(), 2);

	set("kern.forkfsleep", 250);
	double start = now();
	CHECK(!can_fork());
	CHECK(now() - start >= 0.25 && now() - start < 0.30);
	set("kern.forkfsleep", 0);
	start = now();
	CHECK(!can_fork());
	CHECK(now() - start < 0.01);

	set("kern.maxproc", enough);
	CHECK(can_fork()); /* nothing was lost */
	/* With five slots left for root only, a user would be refused here; NetBSD does not refuse him. */
	pid_t pid = fork();
	if (pid == 0) {
		set("kern.maxproc", enough + 1);
		CHECK_EQ(setuid(1000), 0);
		CHECK(can_fork());
		_exit(0);
	}
	int status;
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	set("kern.maxproc", before);
	return 0;
}
