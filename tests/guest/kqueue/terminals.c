/* EVFILT_READ and EVFILT_WRITE on both ends of a pseudo-terminal; NOTE_REVOKE. */
#include <sys/ioctl.h>
#include <stdlib.h>
#include <termios.h>

#include "kq.h"

int
main(void)
{
	int kq = kqueue(), master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	struct kevent kev;
	struct termios modes;
	char *name, buf[64];

	CHECK(master != -1);
	CHECK_EQ(grantpt(master), 0);
	CHECK_EQ(unlockpt(master), 0);
	CHECK((name = ptsname(master)) != NULL);
	slave = open(name, O_RDWR | O_NOCTTY);
	CHECK(slave != -1);
	CHECK_EQ(tcgetattr(slave, &modes), 0);
	modes.c_lflag &= ~(tcflag_t)ECHO;
	CHECK_EQ(tcsetattr(slave, TCSANOW, &modes), 0);

	CHECK_EQ(change(kq, slave, EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_EQ(change(kq, slave, EVFILT_WRITE, EV_ADD | EV_ONESHOT, 0, 0), 0);
	CHECK(expect(kq, slave, EVFILT_WRITE).data > 0);
	expect_none(kq);
	CHECK_EQ(write(master, "li", 2), 2);
	expect_none(kq);	/* that is no line yet */
	CHECK_EQ(write(master, "ne\n", 3), 3);
	CHECK_EQ(expect(kq, slave, EVFILT_READ).data, 5);
	CHECK_EQ(read(slave, buf, sizeof(buf)), 5);
	expect_none(kq);

	CHECK_EQ(change(kq, master, EVFILT_READ, EV_ADD, 0, 0), 0);
	CHECK_EQ(change(kq, master, EVFILT_WRITE, EV_ADD | EV_ONESHOT, 0, 0), 0);
	expect(kq, master, EVFILT_WRITE);
	expect_none(kq);
	CHECK_EQ(write(slave, "out", 3), 3);
	CHECK_EQ(expect(kq, master, EVFILT_READ).data, 3);
	CHECK_EQ(read(master, buf, sizeof(buf)), 3);
	expect_none(kq);
	CHECK_EQ(change(kq, master, EVFILT_READ, EV_DELETE, 0, 0), 0);

	/* Taken away from those who have it open. */
	CHECK_EQ(change(kq, slave, EVFILT_READ, EV_DELETE, 0, 0), 0);
	CHECK_EQ(change(kq, slave, EVFILT_VNODE, EV_ADD | EV_CLEAR, NOTE_REVOKE, 0), 0);
	expect_none(kq);
	CHECK_EQ(revoke(name), 0);
	kev = expect(kq, slave, EVFILT_VNODE);
	CHECK_EQ(kev.fflags, NOTE_REVOKE);
	CHECK(kev.flags & EV_EOF);
	close(slave);

	/* The other end goes. */
	slave = open(name, O_RDWR | O_NOCTTY);
	CHECK(slave != -1);
	CHECK_EQ(change(kq, slave, EVFILT_READ, EV_ADD, 0, 0), 0);
	expect_none(kq);
	close(master);
	CHECK(expect(kq, slave, EVFILT_READ).flags & EV_EOF);
	return 0;
}
