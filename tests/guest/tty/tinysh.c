/*
 * A shell that knows just enough to test a console with: commands in process groups of their own, ^Z and fg.
 * It is its own init. Commands: cat, sleep N, size, watch, spin, fg, halt, exit.
 */
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <util.h>

static pid_t job;	/* a stopped one */

static void
on_winch(int signo)
{
	struct winsize size;
	char line[64];

	(void)signo;
	if (ioctl(0, TIOCGWINSZ, &size) == 0)
		(void)write(1, line, snprintf(line, sizeof(line), "now %dx%d\n", size.ws_row, size.ws_col));
}

static void
cat(void)
{
	char buffer[256];
	ssize_t n;

	while ((n = read(0, buffer, sizeof(buffer))) > 0)
		(void)write(1, buffer, n);
	_exit(0);
}

static void
command(char *line)
{
	char *argument = strchr(line, ' ');
	struct winsize size;

	if (argument != NULL)
		*argument++ = '\0';
	if (strcmp(line, "cat") == 0)
		cat();
	else if (strcmp(line, "sleep") == 0)
		sleep(atoi(argument));
	else if (strcmp(line, "spin") == 0)
		for (;;)
			continue;
	else if (strcmp(line, "size") == 0 && ioctl(0, TIOCGWINSZ, &size) == 0)
		printf("%dx%d\n", size.ws_row, size.ws_col);
	else if (strcmp(line, "watch") == 0) {
		sigset_t winch, before;

		sigemptyset(&winch);
		sigaddset(&winch, SIGWINCH);
		sigprocmask(SIG_BLOCK, &winch, &before);
		signal(SIGWINCH, on_winch);
		printf("watching\n");
		fflush(stdout);
		sigsuspend(&before);
	} else
		printf("%s: not found\n", line);
	fflush(stdout);
	_exit(0);
}

static void
wait_for(pid_t pid)
{
	int status;

	(void)tcsetpgrp(0, pid);
	waitpid(pid, &status, WUNTRACED);
	(void)tcsetpgrp(0, getpgrp());
	job = 0;
	if (WIFSTOPPED(status)) {
		job = pid;
		printf("stopped by %d\n", WSTOPSIG(status));
	} else if (WIFSIGNALED(status))
		printf("killed by %d\n", WTERMSIG(status));
}

/* As process 1: the shell is a child with the console as its terminal, and the machine halts when it ends. */
static void
be_init(void)
{
	pid_t shell = fork();

	if (shell == 0) {
		if (login_tty(open("/dev/console", O_RDWR)) == -1)
			_exit(1);
		return;
	}
	while (waitpid(-1, NULL, 0) != shell)
		continue;
	(void)reboot(RB_POWERDOWN, NULL);
}

int
main(void)
{
	char line[256];
	pid_t pid;

	if (getpid() == 1)
		be_init();
	signal(SIGTTOU, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	for (;;) {
		printf("tiny$ ");
		fflush(stdout);
		if (fgets(line, sizeof(line), stdin) == NULL)
			return 0;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0')
			continue;
		if (strcmp(line, "exit") == 0)
			return 0;
		if (strcmp(line, "halt") == 0)
			return reboot(RB_POWERDOWN, NULL);
		if (strcmp(line, "fg") == 0 && job != 0) {
			(void)tcsetpgrp(0, job);
			kill(-job, SIGCONT);
			wait_for(job);
			continue;
		}
		pid = fork();
		if (pid == 0) {
			setpgid(0, 0);
			(void)tcsetpgrp(0, getpid());
			signal(SIGTTOU, SIG_DFL);
			signal(SIGINT, SIG_DFL);
			signal(SIGTSTP, SIG_DFL);
			command(line);
		}
		setpgid(pid, pid);
		wait_for(pid);
	}
}
