/* Advisory locks between processes. */
#include <sys/file.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static void
pause_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	CHECK_EQ(nanosleep(&ts, NULL), 0);
}

static int
lock(int fd, int cmd, short type, off_t start, off_t len)
{
	struct flock fl;

	memset(&fl, 0, sizeof fl);
	fl.l_type = type;
	fl.l_start = start;
	fl.l_len = len;
	return fcntl(fd, cmd, &fl);
}

static void
reap(pid_t pid)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

/* fcntl locks belong to the process: the child of a fork does not have them. */
static void
records(void)
{
	struct flock fl;
	int fd;
	pid_t pid, parent = getpid();

	CHECK((fd = open("/tmp/f", O_RDWR | O_CREAT, 0600)) >= 0);
	CHECK_EQ(lock(fd, F_SETLK, F_WRLCK, 10, 10), 0);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		CHECK_ERRNO(lock(fd, F_SETLK, F_RDLCK, 15, 1), EAGAIN);
		CHECK_EQ(lock(fd, F_SETLK, F_WRLCK, 20, 10), 0);
		fl.l_type = F_RDLCK;
		fl.l_whence = SEEK_SET;
		fl.l_start = 0;
		fl.l_len = 0;
		CHECK_EQ(fcntl(fd, F_GETLK, &fl), 0);
		CHECK_EQ(fl.l_type, F_WRLCK);
		CHECK_EQ(fl.l_pid, parent);
		CHECK_EQ(fl.l_start, 10);
		CHECK_EQ(fl.l_len, 10);
		/* Closing drops the child's lock and nobody else's. */
		CHECK_EQ(close(fd), 0);
		CHECK((fd = open("/tmp/f", O_RDWR)) >= 0);
		CHECK_ERRNO(lock(fd, F_SETLK, F_RDLCK, 15, 1), EAGAIN);
		CHECK_EQ(lock(fd, F_SETLKW, F_RDLCK, 15, 1), 0);	/* waits for the parent */
		_exit(0);
	}
	pause_ms(50);
	CHECK_EQ(lock(fd, F_SETLK, F_UNLCK, 0, 0), 0);
	reap(pid);
	CHECK_EQ(lock(fd, F_SETLK, F_WRLCK, 0, 0), 0);
	CHECK_EQ(close(fd), 0);
}

static void
deadlock(void)
{
	int fd, ready[2];
	pid_t pid;
	char c;

	CHECK((fd = open("/tmp/f", O_RDWR)) >= 0);
	CHECK_EQ(pipe(ready), 0);
	CHECK_EQ(lock(fd, F_SETLK, F_WRLCK, 0, 1), 0);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		CHECK_EQ(lock(fd, F_SETLK, F_WRLCK, 1, 1), 0);
		CHECK_EQ(write(ready[1], "x", 1), 1);
		CHECK_EQ(lock(fd, F_SETLKW, F_WRLCK, 0, 1), 0);
		_exit(0);
	}
	CHECK_EQ(read(ready[0], &c, 1), 1);
	pause_ms(10);
	CHECK_ERRNO(lock(fd, F_SETLKW, F_WRLCK, 1, 1), EDEADLK);
	CHECK_EQ(lock(fd, F_SETLK, F_UNLCK, 0, 0), 0);
	reap(pid);
	CHECK_EQ(lock(fd, F_SETLK, F_WRLCK, 0, 0), 0);	/* exit dropped the child's */
	close(fd);
	close(ready[0]);
	close(ready[1]);
}

/* flock locks belong to the open file: the child has it too. */
static void
whole_file(void)
{
	int fd, other;
	pid_t pid;

	CHECK((fd = open("/tmp/f", O_RDWR)) >= 0);
	CHECK_EQ(flock(fd, LOCK_EX), 0);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		CHECK_EQ(flock(fd, LOCK_EX | LOCK_NB), 0);
		CHECK((other = open("/tmp/f", O_RDWR)) >= 0);
		CHECK_ERRNO(flock(other, LOCK_SH | LOCK_NB), EWOULDBLOCK);
		CHECK_EQ(close(fd), 0);
		CHECK_EQ(flock(other, LOCK_SH), 0);	/* waits for the parent */
		_exit(0);
	}
	pause_ms(50);
	CHECK_EQ(flock(fd, LOCK_UN), 0);
	reap(pid);
	CHECK_EQ(close(fd), 0);
	CHECK((fd = open("/tmp/f", O_RDWR | O_EXLOCK)) >= 0);
	CHECK_ERRNO(open("/tmp/f", O_RDWR | O_SHLOCK | O_NONBLOCK), EWOULDBLOCK);
	CHECK_EQ(close(fd), 0);
}

int
main(void)
{
	records();
	deadlock();
	whole_file();
	return 0;
}
