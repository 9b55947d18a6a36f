/* Without lines: VMIN and VTIME, and what happens to input when the mode changes. */
#include "tty.h"

static void
set_raw(int vmin, int vtime)
{
	struct termios t = settings();

	cfmakeraw(&t);
	t.c_cc[VMIN] = vmin;
	t.c_cc[VTIME] = vtime;
	set(t);
}

static long
now_ms(void)
{
	struct timespec t;

	CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &t), 0);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A child that types with pauses: "a300b" is a, 300 ms, b. */
static pid_t
type_slowly(const char *text)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid != 0)
		return pid;
	while (*text != '\0') {
		if (*text >= '0' && *text <= '9')
			wait_ms(strtol(text, (char **)&text, 10));
		else
			CHECK_EQ(write(master, text++, 1), 1);
	}
	_exit(0);
}

static void
test_bytes_pass_unchanged(void)
{
	char all[256], got[256];
	int i;

	open_pair();
	set_raw(1, 0);
	for (i = 0; i < 256; i++)
		all[i] = i;
	CHECK_EQ(write(master, all, sizeof(all)), 256);
	CHECK_EQ(read(slave, got, sizeof(got)), 256);
	CHECK(memcmp(all, got, sizeof(all)) == 0);
	CHECK(!readable(master));
	CHECK_EQ(write(slave, all, sizeof(all)), 256);
	CHECK_EQ(read(master, got, sizeof(got)), 256);
	CHECK(memcmp(all, got, sizeof(all)) == 0);
	close_pair();
}

static void
test_minimum(void)
{
	char buffer[16];
	pid_t pid;
	long start;

	open_pair();
	set_raw(3, 0);
	TYPE("ab");
	CHECK(!readable(slave));
	pid = type_slowly("200c");
	start = now_ms();
	CHECK_EQ(read(slave, buffer, sizeof(buffer)), 3);
	CHECK(now_ms() - start >= 200);
	CHECK_EXITED(pid);
	set_raw(0, 0);
	CHECK_EQ(read(slave, buffer, sizeof(buffer)), 0);
	TYPE("x");
	CHECK_EQ(read(slave, buffer, sizeof(buffer)), 1);
	close_pair();
}

static void
test_timer_from_the_start(void)
{
	char buffer[16];
	pid_t pid;
	long start;

	open_pair();
	set_raw(0, 3);
	start = now_ms();
	CHECK_EQ(read(slave, buffer, sizeof(buffer)), 0);
	CHECK(now_ms() - start >= 300 && now_ms() - start < 400);
	pid = type_slowly("100a500");
	start = now_ms();
	CHECK_EQ(read(slave, buffer, sizeof(buffer)), 1);
	CHECK(now_ms() - start >= 100 && now_ms() - start < 200);
	CHECK_EXITED(pid);
	close_pair();
}

static void
test_timer_between_characters(void)
{
	char buffer[16];
	pid_t pid;
	long start;

	open_pair();
	set_raw(10, 2);
	pid = type_slowly("500a100b100c");
	start = now_ms();
	CHECK_EQ(read(slave, buffer, sizeof(buffer)), 3);	/* 700 ms and two tenths */
	CHECK(now_ms() - start >= 900 && now_ms() - start < 1000);
	CHECK_EXITED(pid);
	pid = type_slowly("abcdefghij");
	CHECK_EQ(read(slave, buffer, sizeof(buffer)), 10);
	CHECK_EXITED(pid);
	close_pair();
}

static void
test_change_of_mode(void)
{
	struct termios canonical, raw;

	open_pair();
	canonical = raw = settings();
	cfmakeraw(&raw);
	TYPE("line\npart");
	set(raw);
	CHECK_READ("line\npart");	/* incomplete lines can be read now */
	drain(master);
	TYPE("a\177b\n");
	set(canonical);
	CHECK_READ("b\n");		/* and are edited when lines are made of them */
	TYPE("lost\n");
	drain(master);	/* TCSAFLUSH waits until the terminal has shown everything */
	CHECK_EQ(tcsetattr(slave, TCSAFLUSH, &raw), 0);
	CHECK(!readable(slave));
	CHECK_ERRNO(tcsetattr(slave, 77, &raw), EINVAL);
	close_pair();
}

static void
test_change_wakes_a_reader(void)
{
	struct termios raw;
	char buffer[4];
	pid_t pid;

	open_pair();
	raw = settings();
	cfmakeraw(&raw);
	TYPE("x");
	pid = fork();
	if (pid == 0) {
		wait_ms(50);
		CHECK_EQ(tcsetattr(slave, TCSANOW, &raw), 0);
		_exit(0);
	}
	CHECK_EQ(read(slave, buffer, sizeof(buffer)), 1);
	CHECK_EXITED(pid);
	close_pair();
}

int
main(void)
{
	test_bytes_pass_unchanged();
	test_minimum();
	test_timer_from_the_start();
	test_timer_between_characters();
	test_change_of_mode();
	test_change_wakes_a_reader();
	return 0;
}
