/*
 * Orphaned process groups: a tty stop does not stop a member; when a group with a stopped member becomes
 * orphaned, its members get SIGHUP and SIGCONT.
 */
#include <sys/mman.h>
#include <signal.h>

#include "child.h"

static volatile struct {
	int hup, cont, alive;
} *shared;

static void
handler(int signo)
{
	if (signo == SIGHUP)
		shared->hup++;
	else
		shared->cont++;
}

static void
in_orphaned_group(void)
{
	CHECK(setsid() != -1);	/* a new session: nobody outside of the group is its members' parent in it */
	raise(SIGTSTP);
	raise(SIGTTIN);
	raise(SIGTTOU);
	pid_t pid = fork();
	if (pid == 0) {
		raise(SIGTSTP);
		/* Asleep, too. */
		sleep_ms(20);
		_exit(0);
	}
	sleep_ms(5);
	kill(pid, SIGTSTP);
	int status;
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(status, 0);
	/* SIGSTOP stops all the same. */
	pid = fork();
	if (pid == 0) {
		raise(SIGSTOP);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(status, SIGSTOP << 8 | 0x7f);
	kill(pid, SIGCONT);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
}

/* A shell that dies while its job is stopped. */
static void
shell(void)
{
	int status;

	CHECK(setsid() != -1);
	pid_t job = fork();
	if (job == 0) {
		setpgid(0, 0);
		signal(SIGHUP, handler);
		signal(SIGCONT, handler);
		raise(SIGTSTP);
		shared->alive = 1;
		_exit(0);
	}
	CHECK_EQ(waitpid(job, &status, WUNTRACED), job);
	CHECK_EQ(status, SIGTSTP << 8 | 0x7f);
	CHECK_EQ(shared->alive, 0);
}

int
main(void)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_ANON | MAP_SHARED, -1, 0);
	CHECK_CHILD(in_orphaned_group);
	CHECK_CHILD(shell);
	sleep_ms(10);
	CHECK_EQ(shared->hup, 1);
	CHECK_EQ(shared->cont, 1);
	CHECK_EQ(shared->alive, 1);
	return 0;
}
