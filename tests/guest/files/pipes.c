/* Pipes and FIFOs between processes. */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t pipes_broken;

static void
on_sigpipe(int signo)
{
	pipes_broken++;
}

static void
reap(pid_t pid)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

static void
ping_pong(void)
{
	int there[2], back[2];
	char c;
	int i;
	pid_t pid;

	CHECK_EQ(pipe(there), 0);
	CHECK_EQ(pipe(back), 0);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		CHECK_EQ(close(there[1]), 0);
		while (read(there[0], &c, 1) == 1) {
			c++;
			CHECK_EQ(write(back[1], &c, 1), 1);
		}
		_exit(0);
	}
	CHECK_EQ(close(there[0]), 0);
	for (i = 0; i < 200; i++) {
		c = (char)i;
		CHECK_EQ(write(there[1], &c, 1), 1);
		CHECK_EQ(read(back[0], &c, 1), 1);
		CHECK_EQ(c, (char)(i + 1));
	}
	CHECK_EQ(close(there[1]), 0);	/* the child reads end of file */
	CHECK_EQ(close(back[0]), 0);
	CHECK_EQ(close(back[1]), 0);
	reap(pid);
}

static void
stream(void)
{
	static unsigned char buf[40000];
	unsigned long sum = 0, expected = 0;
	int fds[2];
	ssize_t n;
	size_t i, total = 0;
	pid_t pid;

	CHECK_EQ(pipe(fds), 0);
	for (i = 0; i < sizeof buf; i++) {
		buf[i] = (unsigned char)(i * 7 + i / 256);
		expected += buf[i] * (i % 1000 + 1);
	}
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		CHECK_EQ(write(fds[1], buf, sizeof buf), sizeof buf);
		_exit(0);
	}
	CHECK_EQ(close(fds[1]), 0);
	memset(buf, 0, sizeof buf);
	while ((n = read(fds[0], buf, 777)) > 0) {
		for (i = 0; i < (size_t)n; i++, total++)
			sum += buf[i] * (total % 1000 + 1);
	}
	CHECK_EQ(n, 0);
	CHECK_EQ(total, sizeof buf);
	CHECK_EQ(sum, expected);
	CHECK_EQ(close(fds[0]), 0);
	reap(pid);
}

/* Writes of up to PIPE_BUF bytes by several processes do not mix. */
static void
atomic_writes(void)
{
	char record[500];
	int counts[4] = { 0, 0, 0, 0 };
	int fds[2], i, j;
	pid_t pids[4];

	CHECK_EQ(pipe(fds), 0);
	for (i = 0; i < 4; i++) {
		CHECK((pids[i] = fork()) >= 0);
		if (pids[i] == 0) {
			memset(record, 'a' + i, sizeof record);
			for (j = 0; j < 50; j++)
				CHECK_EQ(write(fds[1], record, sizeof record), sizeof record);
			_exit(0);
		}
	}
	CHECK_EQ(close(fds[1]), 0);
	for (i = 0; i < 200; i++) {
		size_t got = 0;
		while (got < sizeof record) {
			ssize_t n = read(fds[0], record + got, sizeof record - got);
			CHECK(n > 0);
			got += (size_t)n;
		}
		for (j = 1; j < (int)sizeof record; j++)
			CHECK_EQ(record[j], record[0]);
		counts[record[0] - 'a']++;
	}
	CHECK_EQ(read(fds[0], record, 1), 0);
	for (i = 0; i < 4; i++) {
		CHECK_EQ(counts[i], 50);
		reap(pids[i]);
	}
	CHECK_EQ(close(fds[0]), 0);
}

static void
broken(void)
{
	int fds[2], status;
	pid_t pid;

	CHECK_EQ(pipe2(fds, O_NOSIGPIPE), 0);
	CHECK_EQ(close(fds[0]), 0);
	CHECK_ERRNO(write(fds[1], "x", 1), EPIPE);
	CHECK_EQ(close(fds[1]), 0);

	CHECK(signal(SIGPIPE, on_sigpipe) != SIG_ERR);
	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(close(fds[0]), 0);
	CHECK_ERRNO(write(fds[1], "x", 1), EPIPE);
	CHECK_EQ(pipes_broken, 1);
	CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		write(fds[1], "x", 1);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
	CHECK_EQ(close(fds[1]), 0);
}

static void
without_waiting(void)
{
	static char buf[70000];
	struct stat st;
	int fds[2], n;

	CHECK_EQ(pipe2(fds, O_NONBLOCK), 0);
	CHECK_ERRNO(read(fds[0], buf, 1), EAGAIN);
	CHECK_EQ(write(fds[1], buf, 16384), 16384);
	CHECK_ERRNO(write(fds[1], buf, 70000), EAGAIN);
	CHECK_EQ(read(fds[0], buf, 16384), 16384);
	CHECK_EQ(write(fds[1], buf, 70000), 65536);	/* it was empty, so it has grown */
	CHECK_EQ(read(fds[0], buf, 49152), 49152);
	CHECK_EQ(write(fds[1], buf, 49152), 49152);
	CHECK_EQ(read(fds[0], buf, 49152), 49152);
	CHECK_EQ(read(fds[0], buf, 100), 100);
	CHECK_EQ(ioctl(fds[0], FIONREAD, &n), 0);
	CHECK_EQ(n, 16284);
	CHECK_EQ(fstat(fds[0], &st), 0);
	CHECK_EQ(st.st_mode, S_IFIFO | 0600);
	CHECK_EQ(st.st_size, 16284);
	CHECK_ERRNO(lseek(fds[0], 0, SEEK_SET), ESPIPE);
	CHECK_ERRNO(pipe2(fds, 1), EINVAL);
	CHECK_EQ(close(fds[0]), 0);
	CHECK_EQ(close(fds[1]), 0);
}

static void
fifo(void)
{
	char buf[16];
	int r, w;
	pid_t pid;

	CHECK_EQ(mkfifo("/tmp/fifo", 0600), 0);
	CHECK_ERRNO(open("/tmp/fifo", O_WRONLY | O_NONBLOCK), ENXIO);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		CHECK((w = open("/tmp/fifo", O_WRONLY)) >= 0);
		CHECK_EQ(write(w, "through", 7), 7);
		_exit(0);
	}
	CHECK((r = open("/tmp/fifo", O_RDONLY)) >= 0);
	CHECK_EQ(read(r, buf, sizeof buf), 7);
	CHECK_EQ(memcmp(buf, "through", 7), 0);
	CHECK_EQ(read(r, buf, sizeof buf), 0);
	CHECK_EQ(close(r), 0);
	reap(pid);
	CHECK_EQ(unlink("/tmp/fifo"), 0);
}

/* What could not be stored stays in the pipe, whether or not the reader had to wait for it. */
static void
faults(void)
{
	char first[2], rest[8];
	const struct iovec iov[] = { { first, sizeof first }, { (void *)16, 3 } };
	int p[2];
	pid_t pid;

	CHECK_EQ(pipe(p), 0);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		usleep(20000);
		CHECK_EQ(write(p[1], "abcde", 5), 5);
		_exit(0);
	}
	CHECK_ERRNO(readv(p[0], iov, 2), EFAULT);
	reap(pid);
	CHECK_EQ(read(p[0], rest, 4), 4);
	CHECK_EQ(memcmp(rest, "abcd", 4), 0);
	CHECK_ERRNO(readv(p[0], (struct iovec[]){ { first, 0 }, { (void *)16, 3 } }, 2), EFAULT);
	CHECK_EQ(read(p[0], rest, sizeof rest), 1);
	CHECK_EQ(close(p[0]), 0);
	CHECK_EQ(close(p[1]), 0);
}

/* Another process closes its descriptor of the end to which this one writes: that is no reason to stop. */
static void
undisturbed(void)
{
	static char buf[100000];
	ssize_t n, sum = 0;
	int p[2];
	pid_t pid;

	CHECK_EQ(pipe(p), 0);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		usleep(20000);
		CHECK_EQ(close(p[1]), 0);
		while ((n = read(p[0], buf, sizeof buf)) > 0)
			sum += n;
		CHECK_EQ(sum, sizeof buf);
		_exit(0);
	}
	CHECK_EQ(close(p[0]), 0);
	CHECK_EQ(write(p[1], buf, sizeof buf), sizeof buf);
	CHECK_EQ(close(p[1]), 0);
	reap(pid);
}

/* Whoever waits looks at O_NONBLOCK again when it was woken for nothing: another reader was faster. */
static void
no_longer_waiting(void)
{
	char buf[8];
	int p[2];
	pid_t pid;

	CHECK_EQ(pipe(p), 0);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		CHECK_ERRNO(read(p[0], buf, sizeof buf), EAGAIN);
		_exit(0);
	}
	usleep(20000);
	CHECK_EQ(fcntl(p[0], F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ(write(p[1], "x", 1), 1);
	CHECK_EQ(read(p[0], buf, sizeof buf), 1);
	reap(pid);
	CHECK_EQ(close(p[0]), 0);
	CHECK_EQ(close(p[1]), 0);
}

int
main(void)
{
	ping_pong();
	stream();
	atomic_writes();
	broken();
	without_waiting();
	fifo();
	faults();
	undisturbed();
	no_longer_waiting();
	return 0;
}
