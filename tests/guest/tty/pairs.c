/* Pseudo-terminals: the ways to get one, names, numbers, packet mode, exclusive use. */
#include <sys/stat.h>

#include "tty.h"

static void
test_multiplexer(void)
{
	struct stat st, node;
	char name[64], *p;
	int m, s;

	m = posix_openpt(O_RDWR | O_NOCTTY);
	CHECK(m >= 0);
	CHECK_EQ(grantpt(m), 0);
	CHECK_EQ(unlockpt(m), 0);
	p = ptsname(m);
	CHECK_STR(p, "/dev/pts/0");
	strcpy(name, p);
	CHECK_EQ(stat(name, &node), 0);
	CHECK(S_ISCHR(node.st_mode));
	CHECK_EQ(node.st_mode & 0777, 0620);
	CHECK_EQ(node.st_uid, getuid());
	CHECK(isatty(m));
	s = open(name, O_RDWR);
	CHECK(s >= 0);
	CHECK(isatty(s));
	CHECK_STR(ttyname(s), name);
	CHECK_EQ(fstat(s, &st), 0);
	CHECK_EQ(st.st_rdev, node.st_rdev);
	CHECK_ERRNO(lseek(s, 0, SEEK_SET), ESPIPE);
	CHECK_EQ(ptsname_r(s, name, sizeof(name)), ENOTTY);
	CHECK_EQ(write(m, "x\n", 2), 2);
	close(m);
	CHECK_ERRNO(stat(name, &st), ENOENT);
	close(s);
}

/* The lowest free number is used; one whose slave is still open is not free. */
static void
test_numbers(void)
{
	int m[3], s[3];
	char name[64];
	int i;

	for (i = 0; i < 3; i++) {
		char wanted[64];

		CHECK_EQ(openpty(&m[i], &s[i], name, NULL, NULL), 0);
		snprintf(wanted, sizeof(wanted), "/dev/pts/%d", i);
		CHECK_STR(name, wanted);
	}
	close(m[1]);
	CHECK_EQ(openpty(&master, &slave, name, NULL, NULL), 0);
	CHECK_STR(name, "/dev/pts/3");
	close(s[1]);
	CHECK_EQ(openpty(&m[1], &s[1], name, NULL, NULL), 0);
	CHECK_STR(name, "/dev/pts/1");
	for (i = 0; i < 3; i++) {
		close(m[i]);
		close(s[i]);
	}
	close_pair();
}

static void
test_many(void)
{
	int i, fds[2], lowest = dup(0);

	close(lowest);
	for (i = 0; i < 300; i++) {
		CHECK_EQ(openpty(&fds[0], &fds[1], NULL, NULL, NULL), 0);
		CHECK_EQ(fds[0], lowest + 1);	/* /dev/ptm had the lowest */
		close(fds[0]);
		close(fds[1]);
	}
}

static void
test_forkpty(void)
{
	struct winsize size = { .ws_row = 5, .ws_col = 6 };
	char name[64], buffer[64];
	ssize_t n;
	pid_t pid;

	pid = forkpty(&master, name, NULL, &size);
	CHECK(pid >= 0);
	if (pid == 0) {
		if (!isatty(0) || getsid(0) != getpid() || tcgetpgrp(1) != getpid() || strcmp(ttyname(0), name) != 0)
			_exit(1);
		printf("in %s\n", name);
		fflush(stdout);
		tcdrain(1);
		_exit(0);
	}
	n = read(master, buffer, sizeof(buffer) - 1);
	CHECK(n > 0);
	buffer[n] = '\0';
	CHECK_STR(buffer, "in /dev/pts/0\r\n");
	CHECK_EXITED(pid);
	CHECK_EQ(read(master, buffer, sizeof(buffer)), 0);
	close(master);
}

static void
test_packets(void)
{
	struct termios t;
	char buffer[16];
	int on = 1;

	open_pair();
	CHECK_EQ(ioctl(master, TIOCPKT, &on), 0);
	CHECK_EQ(write(slave, "data", 4), 4);
	CHECK_EQ(read(master, buffer, sizeof(buffer)), 5);
	CHECK(memcmp(buffer, "\0data", 5) == 0);
	TYPE("\023");
	CHECK_EQ(read(master, buffer, sizeof(buffer)), 1);
	CHECK_EQ(buffer[0], TIOCPKT_STOP);
	TYPE("\021");
	CHECK_EQ(read(master, buffer, sizeof(buffer)), 1);
	CHECK_EQ(buffer[0], TIOCPKT_START);
	CHECK_EQ(tcflush(slave, TCOFLUSH), 0);
	CHECK_EQ(read(master, buffer, sizeof(buffer)), 1);
	CHECK_EQ(buffer[0], TIOCPKT_FLUSHWRITE);
	t = settings();
	t.c_iflag &= ~IXON;
	set(t);
	CHECK_EQ(read(master, buffer, sizeof(buffer)), 1);
	CHECK_EQ(buffer[0], TIOCPKT_NOSTOP);
	close_pair();
}

static void
test_exclusive(void)
{
	char name[64];
	pid_t pid;

	CHECK_EQ(openpty(&master, &slave, name, NULL, NULL), 0);
	CHECK_EQ(chmod(name, 0666), 0);
	CHECK_EQ(ioctl(slave, TIOCEXCL, NULL), 0);
	pid = fork();
	if (pid == 0) {
		CHECK(open(name, O_RDWR) >= 0);	/* root may */
		CHECK_EQ(setuid(1000), 0);
		CHECK_ERRNO(open(name, O_RDWR), EBUSY);
		CHECK_EQ(ioctl(slave, TIOCNXCL, NULL), 0);
		CHECK(open(name, O_RDWR) >= 0);
		CHECK_ERRNO(ioctl(slave, TIOCSTI, "x"), EACCES);
		_exit(0);
	}
	CHECK_EXITED(pid);
	close_pair();
}

/* The settings last while somebody has the terminal open. */
static void
test_settings_last(void)
{
	char name[64];
	int s;

	CHECK_EQ(openpty(&master, &slave, name, NULL, NULL), 0);
	CHECK(settings().c_lflag & ECHO);
	set_local(0, ECHO);
	s = open(name, O_RDWR);
	close(slave);
	slave = s;
	CHECK(!(settings().c_lflag & ECHO));
	close(slave);
	slave = open(name, O_RDWR);
	CHECK(settings().c_lflag & ECHO);
	close_pair();
}

int
main(void)
{
	test_multiplexer();
	test_numbers();
	test_many();
	test_forkpty();
	test_packets();
	test_exclusive();
	test_settings_last();
	return 0;
}
