/* A machine whose memory runs out: who asks for too much is refused or killed, and everybody else goes on. */
#include <sys/resource.h>
#include <fcntl.h>

#include "mem.h"

enum { HUGE = 256 << 20 };

static char *area;

static void
touch_everything(void)
{
	for (size_t i = 0; i < HUGE; i += PAGE)
		area[i] = 1;
}

static void
recurse_through_heap(void)
{
	for (;;) {
		char *p = sbrk(PAGE);
		if (p == (void *)-1)
			_exit(77);
		*p = 1;
	}
}

/* Wire page after page until there is no more. */
static size_t
fill(void)
{
	size_t n = 0;

	while (n < HUGE && mlock(area + n, PAGE) == 0)
		n += PAGE;
	CHECK(n < HUGE);
	CHECK_EQ(errno, EAGAIN);
	return n;
}

static void
give_back(size_t n)
{
	CHECK_EQ(munlock(area, n), 0);
	CHECK_EQ(munmap(area, HUGE), 0);
	CHECK(mmap(area, HUGE, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0) == area);
}

static void
exec_itself(void)
{
	char *argv[] = { "exhaust", "again", NULL };

	fill();
	execv("/bin/exhaust", argv);
	_exit(errno == ENOMEM ? 5 : errno + 100);
}

static void
nothing(void)
{
}

int
main(int argc, char **argv)
{
	struct rlimit rl = { RLIM_INFINITY, RLIM_INFINITY };
	char buffer[16];
	size_t n, first = 0;
	int fd, null;

	if (argc > 1)
		return 0;	/* exec had enough after all */
	(void)argv;
	area = map_anon(HUGE, PROT_READ | PROT_WRITE);
	CHECK_EQ(setrlimit(RLIMIT_MEMLOCK, &rl), 0);
	fd = open("/tmp/file", O_RDWR | O_CREAT, 0600);
	null = open("/dev/zero", O_RDONLY);
	CHECK(fd >= 0 && null >= 0);
	for (int round = 0; round < 3; round++) {
		CHECK_KILLED(touch_everything, SIGKILL);
		CHECK_KILLED(recurse_through_heap, SIGKILL);
		CHECK_CHILD(nothing);

		/* This process takes it all: others cannot be made, and calls say so. */
		n = fill();
		CHECK_ERRNO(fork(), ENOMEM);
		CHECK_ERRNO(fork(), ENOMEM);
		errno = 0;
		CHECK_EQ(read(null, area + n + PAGE, 1), -1);
		CHECK_EQ(errno, ENOMEM);
		CHECK_EQ(pwrite(fd, buffer, sizeof(buffer), round * PAGE), -1);
		CHECK(errno == ENOSPC || errno == ENOMEM);
		CHECK_EQ(pread(fd, buffer, sizeof(buffer), 0), 0);
		errno = 0;
		CHECK(mremap(area, PAGE, (void *)0x1000000000, PAGE, MAP_FIXED) == MAP_FAILED);
		CHECK_EQ(errno, ENOMEM);
		CHECK_EQ(area[0], 0);
		give_back(n);

		/* As much as before, every time. */
		CHECK_CHILD(nothing);
		if (round > 0)
			CHECK_EQ(n, first);
		first = n;
		CHECK_EQ(child_status(exec_itself), 5 << 8);
	}

	/* Many at once: some are killed, nobody else. */
	pid_t pids[8];
	int status, killed = 0;
	for (int i = 0; i < 8; i++) {
		pids[i] = fork();
		CHECK(pids[i] != -1);
		if (pids[i] == 0) {
			for (size_t at = 0; at < 1 << 20; at += PAGE) {
				area[at] = (char)i;
				sleep_ms(1);
			}
			for (size_t at = 0; at < 1 << 20; at += PAGE)
				if (area[at] != (char)i)
					_exit(1);
			_exit(0);
		}
	}
	for (int i = 0; i < 8; i++) {
		CHECK_EQ(waitpid(pids[i], &status, 0), pids[i]);
		CHECK(status == 0 || status == SIGKILL);
		killed += status == SIGKILL;
	}
	CHECK(killed > 0 && killed < 8);
	touch_everything();	/* and now its own end */
	return 0;
}
