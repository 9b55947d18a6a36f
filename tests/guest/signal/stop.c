/* Stopping and continuing: what stops, what goes on, what the parent hears, what is discarded. */
#include <sys/mman.h>
#include <sys/time.h>
#include <signal.h>

#include "child.h"

static volatile struct {
	int loops, done, caught, order[8], n;
} *shared;

static void
handler(int signo)
{
	shared->caught++;
	if (shared->n < 8)
		shared->order[shared->n++] = signo;
}

static pid_t
start(void (*f)(void))
{
	pid_t pid;

	memset((void *)shared, 0, sizeof(*shared));
	pid = fork();
	CHECK(pid != -1);
	if (pid == 0) {
		setpgid(0, 0);	/* a group of its own, but not an orphaned one */
		f();
		_exit(0);
	}
	sleep_ms(12);
	return pid;
}

static void
check_stopped(pid_t pid, int signo)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(status, signo << 8 | 0x7f);
	/* Only once. */
	CHECK_EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
}

static void
check_continued(pid_t pid)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, WCONTINUED), pid);
	CHECK_EQ(status, 0xffff);
	CHECK_EQ(waitpid(pid, &status, WCONTINUED | WNOHANG), 0);
}

static void
check_ended(pid_t pid, int status)
{
	int got;

	CHECK_EQ(waitpid(pid, &got, 0), pid);
	CHECK_EQ(got, status);
}

static void
loop(void)
{
	for (;;)
		shared->loops++;
}

static void
nap(void)
{
	struct timespec ts = { 0, 50000000 };

	shared->done = nanosleep(&ts, NULL) == 0 ? 1 : -errno;
}

static void
catch_cont(void)
{
	signal(SIGCONT, handler);
	signal(SIGUSR1, handler);
	while (shared->caught < 2)
		pause();
}

static void
catch_tstp(void)
{
	signal(SIGTSTP, handler);
	while (shared->caught < 1)
		pause();
}

static void
ignore_tty(void)
{
	signal(SIGTSTP, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	pause();
}

static void
block_all(void)
{
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (;;) {
		sigpending(&set);
		shared->order[0] = sigismember(&set, SIGTSTP);
		shared->order[1] = sigismember(&set, SIGCONT);
		shared->loops++;
		sleep_ms(1);
	}
}

static void
stop_self(void)
{
	raise(SIGSTOP);
	shared->done = 1;
	raise(SIGTSTP);
	shared->done = 2;
}

int
main(void)
{
	static const int stops[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };
	int was;
	pid_t pid;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_ANON | MAP_SHARED, -1, 0);
	CHECK(shared != MAP_FAILED);

	/* A loop stands still while it is stopped. */
	for (int i = 0; i < 4; i++) {
		pid = start(loop);
		CHECK(shared->loops > 0);
		kill(pid, stops[i]);
		check_stopped(pid, stops[i]);
		was = shared->loops;
		sleep_ms(12);
		CHECK_EQ(shared->loops, was);
		kill(pid, SIGCONT);
		check_continued(pid);
		sleep_ms(12);
		CHECK(shared->loops > was);
		kill(pid, SIGKILL);
		check_ended(pid, SIGKILL);
	}

	/* Stopped: other signals wait, SIGKILL does not. */
	pid = start(loop);
	kill(pid, SIGSTOP);
	check_stopped(pid, SIGSTOP);
	kill(pid, SIGTERM);
	sleep_ms(10);
	CHECK_EQ(waitpid(pid, &was, WNOHANG), 0);
	kill(pid, SIGCONT);
	check_ended(pid, SIGTERM);
	pid = start(loop);
	kill(pid, SIGSTOP);
	kill(pid, SIGKILL);		/* nobody has waited for the stop */
	check_ended(pid, SIGKILL);
	pid = start(loop);
	kill(pid, SIGSTOP);
	check_stopped(pid, SIGSTOP);
	kill(pid, SIGKILL);
	check_ended(pid, SIGKILL);

	/* A sleep that is stopped and continued in the middle is not interrupted. */
	pid = start(nap);
	kill(pid, SIGSTOP);
	check_stopped(pid, SIGSTOP);
	sleep_ms(5);
	kill(pid, SIGCONT);
	check_ended(pid, 0);
	CHECK_EQ(shared->done, 1);
	/* Its time passes while it is stopped; it ends when it is continued. */
	pid = start(nap);
	kill(pid, SIGSTOP);
	check_stopped(pid, SIGSTOP);
	sleep_ms(100);
	CHECK_EQ(shared->done, 0);
	CHECK_EQ(waitpid(pid, &was, WNOHANG), 0);
	kill(pid, SIGCONT);
	check_ended(pid, 0);
	CHECK_EQ(shared->done, 1);

	/* SIGCONT is taken by its handler after the process goes on; signals sent meanwhile too. */
	pid = start(catch_cont);
	kill(pid, SIGSTOP);
	check_stopped(pid, SIGSTOP);
	kill(pid, SIGUSR1);
	sleep_ms(5);
	CHECK_EQ(shared->caught, 0);
	kill(pid, SIGCONT);
	check_ended(pid, 0);
	CHECK_EQ(shared->caught, 2);
	/* And without a stop before, too. */
	pid = start(catch_cont);
	kill(pid, SIGCONT);
	sleep_ms(5);
	CHECK_EQ(shared->caught, 1);
	kill(pid, SIGCONT);
	check_ended(pid, 0);

	/* Tty stops can be caught and ignored. */
	pid = start(catch_tstp);
	kill(pid, SIGTSTP);
	check_ended(pid, 0);
	CHECK_EQ(shared->order[0], SIGTSTP);
	pid = start(ignore_tty);
	kill(pid, SIGTSTP);
	kill(pid, SIGTTIN);
	kill(pid, SIGTTOU);
	sleep_ms(5);
	CHECK_EQ(waitpid(pid, &was, WUNTRACED | WNOHANG), 0);
	kill(pid, SIGTERM);
	check_ended(pid, SIGTERM);

	/* A pending stop is discarded by SIGCONT, and the other way round. */
	pid = start(block_all);
	kill(pid, SIGTSTP);
	sleep_ms(5);
	CHECK_EQ(shared->order[0], 1);
	kill(pid, SIGCONT);
	sleep_ms(5);
	CHECK_EQ(shared->order[0], 0);
	CHECK_EQ(shared->order[1], 1);
	kill(pid, SIGTTIN);
	sleep_ms(5);
	CHECK_EQ(shared->order[1], 0);
	/* SIGCONT continues although it is blocked. */
	kill(pid, SIGSTOP);
	check_stopped(pid, SIGSTOP);
	kill(pid, SIGCONT);
	was = shared->loops;
	sleep_ms(5);
	CHECK(shared->loops > was);
	kill(pid, SIGKILL);
	check_ended(pid, SIGKILL);

	/* By itself. */
	pid = start(stop_self);
	check_stopped(pid, SIGSTOP);
	CHECK_EQ(shared->done, 0);
	kill(pid, SIGCONT);
	check_stopped(pid, SIGTSTP);
	CHECK_EQ(shared->done, 1);
	/* Stopping what is stopped changes nothing. */
	kill(pid, SIGSTOP);
	kill(pid, SIGTTIN);
	CHECK_EQ(waitpid(pid, &was, WUNTRACED | WNOHANG), 0);
	kill(pid, SIGCONT);
	check_ended(pid, 0);
	CHECK_EQ(shared->done, 2);

	/* Continuing what is not stopped is nothing to wait for. */
	pid = start(loop);
	kill(pid, SIGCONT);
	CHECK_EQ(waitpid(pid, &was, WCONTINUED | WNOHANG), 0);
	kill(pid, SIGKILL);
	check_ended(pid, SIGKILL);
	return 0;
}
