/*
 * Execute /bin/victim in a child and say what came of it: "errno N", or "status N" if it ran. A victim that has
 * not ended after 20 ms is killed.
 */
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int
main(void)
{
	char *argv[] = { "victim", "an argument", NULL }, *envp[] = { "A=B", NULL };
	struct timespec limit = { 0, 20000000 };
	int fds[2], error = 0, status = 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (pipe2(fds, O_CLOEXEC) == -1)
		return 1;
	pid_t pid = fork();
	if (pid == -1)
		return 2;
	if (pid == 0) {
		/* What it writes is of no interest. */
		int null = open("/dev/null", O_RDWR);

		for (int fd = 0; fd < 3; fd++)
			dup2(null, fd);
		execve("/bin/victim", argv, envp);
		error = errno;
		write(fds[1], &error, sizeof(error));
		_exit(0);
	}
	close(fds[1]);
	if (sigtimedwait(&set, NULL, &limit) == -1)
		kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid)
		return 3;
	if (read(fds[0], &error, sizeof(error)) == sizeof(error))
		printf("errno %d\n", error);
	else
		printf("status %d\n", status);
	/* Whoever it has left behind. */
	kill(-1, SIGKILL);
	return 0;
}
