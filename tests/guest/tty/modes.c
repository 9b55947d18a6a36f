/* Input and output flags, flow control, queues and their ioctls. */
#include "tty.h"

static void
set_flags(tcflag_t iflag, tcflag_t oflag)
{
	struct termios t = settings();

	t.c_iflag = iflag;
	t.c_oflag = oflag;
	set(t);
}

static void
test_carriage_return(void)
{
	open_pair();
	set_local(0, ECHO);
	set_flags(ICRNL, 0);
	TYPE("a\rb\n");
	CHECK_READ("a\n");
	CHECK_READ("b\n");
	set_flags(IGNCR, 0);
	TYPE("a\rb\n");
	CHECK_READ("ab\n");
	set_flags(INLCR, 0);
	TYPE("a\nb\004");
	CHECK_READ("a\rb");
	set_flags(ISTRIP, 0);
	TYPE("\341\n");
	CHECK_READ("a\n");
	close_pair();
}

static void
test_output(void)
{
	open_pair();
	CHECK_EQ(write(slave, "a\nb\tc\r\n", 7), 7);
	CHECK_SCREEN("a\r\nb\tc\r\r\n");
	set_flags(0, 0);
	CHECK_EQ(write(slave, "a\n", 2), 2);
	CHECK_SCREEN("a\n");
	set_flags(0, OPOST | ONLCR | OXTABS);
	CHECK_EQ(write(slave, "\nab\tc\t\n", 7), 7);
	CHECK_SCREEN("\r\nab      c       \r\n");
	set_flags(0, OPOST | OCRNL | ONOEOT);
	CHECK_EQ(write(slave, "a\rb\004c", 5), 5);
	CHECK_SCREEN("a\nbc");
	CHECK_EQ(write(slave, "\r", 1), 1);
	CHECK_SCREEN("\n");
	set_flags(0, OPOST | ONLRET | ONLCR);
	CHECK_EQ(write(slave, "\n", 1), 1);
	CHECK_SCREEN("\r\n");
	set_flags(0, OPOST | ONOCR);
	CHECK_EQ(write(slave, "\rx\r\ry", 5), 5);
	CHECK_SCREEN("x\ry");
	close_pair();
}

static void
test_stop_and_start(void)
{
	struct termios t;

	open_pair();
	t = settings();
	t.c_iflag &= ~IXANY;
	set(t);
	TYPE("\023");
	CHECK_EQ(write(slave, "held", 4), 4);
	CHECK(!readable(master));
	TYPE("x");			/* without IXANY only ^Q does it */
	CHECK(!readable(master));
	TYPE("\021");
	CHECK_SCREEN("heldx");
	CHECK_EQ(tcflow(slave, TCOOFF), 0);
	CHECK_EQ(write(slave, "more", 4), 4);
	CHECK(!readable(master));
	CHECK_EQ(tcflow(slave, TCOON), 0);
	CHECK_SCREEN("more");
	t.c_iflag |= IXANY;
	set(t);
	TYPE("\023");
	CHECK_EQ(write(slave, "held", 4), 4);
	CHECK(!readable(master));
	TYPE("y");
	CHECK_SCREEN("heldy");
	t.c_iflag &= ~IXON;
	t.c_lflag &= ~ECHO;
	set(t);
	TYPE("\023\n");
	CHECK_READ("xy\023\n");
	close_pair();
}

/* The terminal's own ^S and ^Q, when its queue is half full and when there is room again. */
static void
test_input_flow_control(void)
{
	static char half[520];
	struct termios t;

	open_pair();
	t = settings();
	cfmakeraw(&t);
	t.c_iflag |= IXOFF;
	set(t);
	CHECK_EQ(write(master, half, 500), 500);
	CHECK(!readable(master));
	CHECK_EQ(write(master, half, 20), 20);
	CHECK_SCREEN("\023");
	CHECK_EQ(read(slave, half, 300), 300);
	CHECK(!readable(master));
	CHECK_EQ(read(slave, half, 300), 220);
	CHECK_SCREEN("\021");
	close_pair();
}

static void
test_discard(void)
{
	open_pair();
	TYPE("\017");
	CHECK_SCREEN("^O");
	CHECK_EQ(write(slave, "nobody sees this", 16), 16);
	CHECK_SCREEN("");
	TYPE("\017");
	CHECK_EQ(write(slave, "but this", 8), 8);
	CHECK_SCREEN("but this");
	close_pair();
}

static void
test_queues(void)
{
	int n;

	open_pair();
	TYPE("one\ntwo\n");
	CHECK_EQ(ioctl(slave, FIONREAD, &n), 0);
	CHECK_EQ(n, 8);
	CHECK_EQ(ioctl(slave, TIOCOUTQ, &n), 0);
	CHECK_EQ(n, 10);
	CHECK_EQ(ioctl(master, FIONREAD, &n), 0);
	CHECK_EQ(n, 10);
	CHECK_EQ(tcflush(slave, TCIFLUSH), 0);
	CHECK(!readable(slave));
	CHECK(readable(master));
	CHECK_EQ(tcflush(slave, TCOFLUSH), 0);
	CHECK(!readable(master));
	CHECK_EQ(tcdrain(slave), 0);
	CHECK_EQ(ioctl(slave, TIOCSTI, "!"), 0);
	CHECK_EQ(ioctl(slave, TIOCSTI, "\n"), 0);
	CHECK_READ("!\n");
	CHECK_ERRNO(ioctl(slave, TIOCGETA, NULL), EFAULT);
	CHECK_ERRNO(ioctl(slave, TIOCPKT, &n), ENOTTY);
	close_pair();
}

/* A writer waits when nobody reads the master, and tcdrain until somebody has. */
static void
test_writer_waits(void)
{
	static char big[20000];
	struct pollfd p;
	size_t got = 0;
	ssize_t n;
	pid_t pid;
	char buffer[777];

	open_pair();
	memset(big, 'o', sizeof(big));
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK_EQ(write(slave, big, sizeof(big)), (int)sizeof(big));
		CHECK_EQ(tcdrain(slave), 0);
		_exit(0);
	}
	wait_ms(20);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
	p = (struct pollfd){ .fd = slave, .events = POLLOUT };
	CHECK_EQ(poll(&p, 1, 0), 0);
	CHECK_EQ(fcntl(slave, F_SETFL, O_NONBLOCK), 0);
	CHECK_ERRNO(write(slave, "x", 1), EAGAIN);
	while (got < sizeof(big)) {
		n = read(master, buffer, sizeof(buffer));
		CHECK(n > 0);
		got += n;
	}
	CHECK_EXITED(pid);
	CHECK_EQ(poll(&p, 1, 0), 1);
	CHECK_EQ(p.revents, POLLOUT);
	close_pair();
}

/* What is typed waits for room, too: nothing is lost once lines can be read. */
static void
test_typist_waits(void)
{
	static char lines[6000];
	size_t i, got = 0;
	ssize_t n;
	pid_t pid;
	char buffer[100];

	open_pair();
	set_local(0, ECHO);
	for (i = 0; i < sizeof(lines); i++)
		lines[i] = i % 60 == 59 ? '\n' : 'a' + i % 26;
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK_EQ(write(master, lines, sizeof(lines)), (int)sizeof(lines));
		_exit(0);
	}
	wait_ms(20);
	while (got < sizeof(lines)) {
		n = read(slave, buffer, sizeof(buffer));
		CHECK_EQ(n, 60);
		CHECK(memcmp(buffer, lines + got, n) == 0);
		got += n;
	}
	CHECK_EXITED(pid);
	close_pair();
}

int
main(void)
{
	test_carriage_return();
	test_output();
	test_stop_and_start();
	test_input_flow_control();
	test_discard();
	test_queues();
	test_writer_waits();
	test_typist_waits();
	return 0;
}
