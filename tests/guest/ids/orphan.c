/*
 * A process group whose last link to its session goes away is orphaned: if it has stopped members, they get
 * SIGHUP and SIGCONT.
 */
#include <sys/types.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

static int fd;

static void
on_hup(int signo)
{
	(void)signo;
	write(fd, "H", 1);
	_exit(0);
}

int
main(void)
{
	int report[2], status;
	char got[2];
	pid_t shell;

	CHECK_EQ(pipe(report), 0);
	shell = fork();
	if (shell == 0) {
		pid_t job;

		CHECK_EQ(setsid(), getpid());
		job = fork();
		if (job == 0) {
			fd = report[1];
			signal(SIGHUP, on_hup);
			setpgid(0, 0);
			raise(SIGSTOP);
			write(fd, "C", 1);	/* not reached: SIGHUP comes with SIGCONT */
			_exit(1);
		}
		CHECK_EQ(waitpid(job, &status, WUNTRACED), job);
		CHECK(WIFSTOPPED(status));
		_exit(0);
	}
	CHECK_EQ(waitpid(shell, &status, 0), shell);
	CHECK_EQ(status, 0);
	CHECK_EQ(close(report[1]), 0);
	CHECK_EQ(read(report[0], got, 2), 1);
	CHECK_EQ(got[0], 'H');
	return 0;
}
