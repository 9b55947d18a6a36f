/*
 * init: process 1. It runs /etc/rc, then a shell on the console, and buries every process whose parent is gone.
 * When the shell exits, the machine halts.
 */
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <util.h>

#define PATH_RC		"/etc/rc"
#define GRACE		100	/* how often, and how many ms each time, to wait for the last processes */
#define GRACE_MS	20

static const int ignored[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };

/* A line on the console. The descriptor is a new one: each session that ends takes the console from all others. */
static void
say(const char *format, ...)
{
	char line[256];
	va_list ap;
	int fd, n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (n >= (int)sizeof(line))
		n = sizeof(line) - 1;
	fd = open(_PATH_CONSOLE, O_WRONLY | O_NOCTTY);
	if (fd == -1)
		return;
	(void)write(fd, line, n);
	close(fd);
}

static void
set_ignored(void (*handler)(int))
{
	size_t i;

	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], handler);
}

/* In a child: a session of its own, with the console as its terminal; then the program. */
static _Noreturn void
become(char *const argv[], const char *name)
{
	int fd;

	set_ignored(SIG_DFL);
	fd = open(_PATH_CONSOLE, O_RDWR);
	if (fd == -1 || login_tty(fd) == -1) {
		say("init: %s: %s\n", _PATH_CONSOLE, strerror(errno));
		_exit(1);
	}
	execv(_PATH_BSHELL, argv);
	say("init: %s for %s: %s\n", _PATH_BSHELL, name, strerror(errno));
	_exit(127);
}

/* Run a shell and wait for it, and meanwhile for everybody else. Its wait status. */
static int
run_shell(char *const argv[], const char *name)
{
	int status;
	pid_t shell, pid;

	shell = fork();
	if (shell == -1) {
		say("init: cannot fork: %s\n", strerror(errno));
		return -1;
	}
	if (shell == 0)
		become(argv, name);
	for (;;) {
		pid = waitpid(-1, &status, 0);
		if (pid == shell)
			return status;
		if (pid == -1 && errno != EINTR)
			return -1;
	}
}

/* Wait for all processes, but not for ever. */
static int
all_gone(void)
{
	static const struct timespec pause = { 0, GRACE_MS * 1000000L };
	int i;
	pid_t pid;

	for (i = 0; i < GRACE; i++) {
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			continue;
		if (pid == -1)
			return 1;
		nanosleep(&pause, NULL);
	}
	return 0;
}

int
main(void)
{
	static char *const rc[] = { "sh", PATH_RC, NULL };
	static char *const shell[] = { "-sh", NULL };
	int fd, status;

	if (getpid() != 1) {
		fprintf(stderr, "init: only process 1 runs init\n");
		return 1;
	}
	set_ignored(SIG_IGN);
	for (fd = 0; fd < 3; fd++)
		close(fd);
	setenv("SHELL", _PATH_BSHELL, 0);
	setenv("USER", "root", 0);
	if (chdir(getenv("HOME") != NULL ? getenv("HOME") : "/") == -1)
		(void)chdir("/");

	if (access(PATH_RC, R_OK) == 0) {
		status = run_shell(rc, PATH_RC);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			say("init: %s failed\n", PATH_RC);
	}
	status = run_shell(shell, "the console");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127 && access(_PATH_BSHELL, X_OK) == -1)
		return 1;	/* without a shell there is nothing to do; the kernel panics */

	kill(-1, SIGHUP);
	kill(-1, SIGCONT);
	kill(-1, SIGTERM);
	if (!all_gone()) {
		kill(-1, SIGKILL);
		(void)all_gone();
	}
	(void)reboot(RB_POWERDOWN, NULL);
	say("init: cannot halt: %s\n", strerror(errno));
	return 1;
}
