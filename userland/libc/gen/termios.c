/*
 * Terminals: termios(4) over ioctl(2).
 */
#include <sys/ioctl.h>
#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

int
tcgetattr(int fd, struct termios *t)
{
	return ioctl(fd, TIOCGETA, t);
}

int
tcsetattr(int fd, int when, const struct termios *t)
{
	struct termios soft;

	if (when & TCSASOFT) {
		soft = *t;
		soft.c_cflag |= CIGNORE;
		t = &soft;
	}
	switch (when & ~TCSASOFT) {
	case TCSANOW:
		return ioctl(fd, TIOCSETA, t);
	case TCSADRAIN:
		return ioctl(fd, TIOCSETAW, t);
	case TCSAFLUSH:
		return ioctl(fd, TIOCSETAF, t);
	default:
		errno = EINVAL;
		return -1;
	}
}

int
isatty(int fd)
{
	struct termios t;

	return tcgetattr(fd, &t) != -1;
}

pid_t
tcgetpgrp(int fd)
{
	int group;

	return ioctl(fd, TIOCGPGRP, &group) == -1 ? -1 : group;
}

int
tcsetpgrp(int fd, pid_t group)
{
	int n = group;

	return ioctl(fd, TIOCSPGRP, &n);
}

pid_t
tcgetsid(int fd)
{
	int session;

	return ioctl(fd, TIOCGSID, &session) == -1 ? -1 : session;
}

int
tcgetwinsize(int fd, struct winsize *size)
{
	return ioctl(fd, TIOCGWINSZ, size);
}

int
tcsetwinsize(int fd, const struct winsize *size)
{
	return ioctl(fd, TIOCSWINSZ, size);
}

int
tcdrain(int fd)
{
	return ioctl(fd, TIOCDRAIN, NULL);
}

int
tcflush(int fd, int queue)
{
	int which;

	switch (queue) {
	case TCIFLUSH:
		which = FREAD;
		break;
	case TCOFLUSH:
		which = FWRITE;
		break;
	case TCIOFLUSH:
		which = FREAD | FWRITE;
		break;
	default:
		errno = EINVAL;
		return -1;
	}
	return ioctl(fd, TIOCFLUSH, &which);
}

/* The input side is stopped and started by sending the other end a character. */
static int
send_control(int fd, int which)
{
	struct termios t;
	unsigned char c;

	if (tcgetattr(fd, &t) == -1)
		return -1;
	c = t.c_cc[which];
	if (c != _POSIX_VDISABLE && write(fd, &c, 1) != 1)
		return -1;
	return 0;
}

int
tcflow(int fd, int action)
{
	switch (action) {
	case TCOOFF:
		return ioctl(fd, TIOCSTOP, NULL);
	case TCOON:
		return ioctl(fd, TIOCSTART, NULL);
	case TCIOFF:
		return send_control(fd, VSTOP);
	case TCION:
		return send_control(fd, VSTART);
	default:
		errno = EINVAL;
		return -1;
	}
}

int
tcsendbreak(int fd, int length)
{
	const struct timespec break_time = { .tv_nsec = 400000000 };

	(void)length;
	if (ioctl(fd, TIOCSBRK, NULL) == -1)
		return -1;
	nanosleep(&break_time, NULL);
	return ioctl(fd, TIOCCBRK, NULL);
}

void
cfmakeraw(struct termios *t)
{
	t->c_iflag &= ~(IMAXBEL | IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
	t->c_oflag &= ~OPOST;
	t->c_lflag &= ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	t->c_cflag &= ~(CSIZE | PARENB);
	t->c_cflag |= CS8;
	t->c_cc[VMIN] = 1;
	t->c_cc[VTIME] = 0;
}

speed_t
cfgetispeed(const struct termios *t)
{
	return t->c_ispeed;
}

speed_t
cfgetospeed(const struct termios *t)
{
	return t->c_ospeed;
}

int
cfsetispeed(struct termios *t, speed_t speed)
{
	t->c_ispeed = speed;
	return 0;
}

int
cfsetospeed(struct termios *t, speed_t speed)
{
	t->c_ospeed = speed;
	return 0;
}

int
cfsetspeed(struct termios *t, speed_t speed)
{
	t->c_ispeed = t->c_ospeed = speed;
	return 0;
}
