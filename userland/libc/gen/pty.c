/*
 * Pseudo terminals, from the multiplexer /dev/ptmx or, in pairs, from /dev/ptm.
 */
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <util.h>

#define PATH_PTMX	"/dev/ptmx"
#define PATH_PTM	"/dev/ptm"

int
posix_openpt(int flags)
{
	return open(PATH_PTMX, flags);
}

int
grantpt(int fd)
{
	return ioctl(fd, TIOCGRANTPT, NULL);
}

/* Not locked to begin with. */
int
unlockpt(int fd)
{
	(void)fd;
	return 0;
}

int
ptsname_r(int fd, char *name, size_t size)
{
	struct ptmget ptm;

	if (name == NULL)
		return EINVAL;
	if (ioctl(fd, TIOCPTSNAME, &ptm) == -1)
		return errno;
	return strlcpy(name, ptm.sn, size) >= size ? ERANGE : 0;
}

char *
ptsname(int fd)
{
	static struct ptmget ptm;

	return ioctl(fd, TIOCPTSNAME, &ptm) == -1 ? NULL : ptm.sn;
}

int
openpty(int *master, int *slave, char *name, struct termios *t, struct winsize *size)
{
	struct ptmget ptm;
	int fd, saved;

	fd = open(PATH_PTM, O_RDWR);
	if (fd == -1)
		return -1;
	if (ioctl(fd, TIOCPTMGET, &ptm) == -1) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	close(fd);
	*master = ptm.cfd;
	*slave = ptm.sfd;
	if (name != NULL)
		strcpy(name, ptm.sn);
	if (t != NULL)
		(void)tcsetattr(ptm.sfd, TCSAFLUSH, t);
	if (size != NULL)
		(void)ioctl(ptm.sfd, TIOCSWINSZ, size);
	return 0;
}

int
login_tty(int fd)
{
	(void)setsid();
	if (ioctl(fd, TIOCSCTTY, NULL) == -1)
		return -1;
	(void)dup2(fd, STDIN_FILENO);
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	if (fd > STDERR_FILENO)
		(void)close(fd);
	return 0;
}

pid_t
forkpty(int *master, char *name, struct termios *t, struct winsize *size)
{
	int slave, saved;
	pid_t pid;

	if (openpty(master, &slave, name, t, size) == -1)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(*master);
		if (login_tty(slave) == -1)
			_exit(127);
		return 0;
	}
	saved = errno;
	close(slave);
	if (pid == -1)
		close(*master);
	errno = saved;
	return pid;
}
