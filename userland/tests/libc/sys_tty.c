/* Terminals. */
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <util.h>

#include "../check.h"

static void
test_terminals(void)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 }, got;
	int master, slave, fds[2];
	char name[64], buffer[16];
	struct termios t;

	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(isatty(fds[0]), 0);
	CHECK_EQ(errno, ENOTTY);
	CHECK_EQ(openpty(&master, &slave, name, NULL, &size), 0);
	CHECK_EQ(isatty(slave), 1);
	CHECK_STR(ttyname(slave), name);
	CHECK_EQ(tcgetwinsize(slave, &got), 0);
	CHECK_EQ(got.ws_col, 80);
	CHECK_EQ(tcgetattr(slave, &t), 0);
	CHECK(t.c_lflag & ICANON);
	cfmakeraw(&t);
	CHECK_EQ(cfsetspeed(&t, B9600), 0);
	CHECK_EQ(tcsetattr(slave, TCSANOW, &t), 0);
	CHECK_EQ(tcgetattr(slave, &t), 0);
	CHECK_EQ(t.c_lflag & (ICANON | ECHO), 0);
	CHECK_EQ(cfgetospeed(&t), B9600);
	CHECK_EQ(write(master, "raw", 3), 3);
	CHECK_EQ(read(slave, buffer, sizeof(buffer)), 3);
	CHECK_ERRNO(tcsetattr(slave, 77, &t), EINVAL);
	close(slave);
	close(master);
}

int
main(void)
{
	test_terminals();
	return 0;
}
