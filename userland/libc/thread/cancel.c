/*
 * Cancellation: deferred, that is, at calls that may wait.
 *
 * The system calls among these are defined here again. The plain ones of sys/stubs.S are weak, so programs that
 * never cancel get those and pay nothing; in a program that calls pthread_cancel, this file is linked, and these
 * take their place. Somebody who is asleep when cancelled is woken by _lwp_wakeup, which lasts: one who is
 * only about to sleep then does not.
 */
#include <sys/poll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

#include "thread.h"

int
pthread_cancel(pthread_t t)
{
	int error = 0, saved = errno;

	libc_lock(&__thread_list_lock);
	if (!__thread_known(t) && t != pthread_self())
		error = ESRCH;
	else if (!t->cancel_pending) {
		__atomic_store_n(&t->cancel_pending, true, __ATOMIC_RELEASE);
		if (thread_cancelled(t) && t != pthread_self())
			_lwp_wakeup(t->lid);
	}
	libc_unlock(&__thread_list_lock);
	errno = saved;
	return error;
}

int
pthread_setcancelstate(int state, int *old)
{
	pthread_t self = pthread_self();

	if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE)
		return EINVAL;
	if (old != NULL)
		*old = self->cancel_state;
	self->cancel_state = state;
	return 0;
}

/* Asynchronous cancellation is remembered, but happens no sooner than the other. */
int
pthread_setcanceltype(int type, int *old)
{
	pthread_t self = pthread_self();

	if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS)
		return EINVAL;
	if (old != NULL)
		*old = self->cancel_type;
	self->cancel_type = type;
	return 0;
}

void
pthread_testcancel(void)
{
	thread_testcancel(pthread_self());
}

LIBC_NAME(__libc_thr_setcancelstate, pthread_setcancelstate);

/* -- cancellation points -------------------------------------------------------------------------------------- */

/*
 * A system call of up to six arguments. A call that fails is resumed at the instruction after the ecall, one that
 * succeeds at the fourth: see syscall_asm.h. errno is not touched: `*error` is it, or 0.
 */
static long
trap(long number, const long *a, int *error)
{
	register long t6 __asm("t6") = number;
	register long a0 __asm("a0") = a[0], a1 __asm("a1") = a[1], a2 __asm("a2") = a[2];
	register long a3 __asm("a3") = a[3], a4 __asm("a4") = a[4], a5 __asm("a5") = a[5];
	register long failed __asm("t5");

	__asm volatile(
	    ".option push\n\t.option norvc\n\t.option norelax\n\t"
	    "ecall\n\t"
	    "addi t5, zero, 1\n\t"
	    "jal zero, 1f\n\t"
	    "addi t5, zero, 0\n"
	    "1:\n\t"
	    ".option pop"
	    : "+r"(a0), "+r"(a1), "=r"(failed)
	    : "r"(t6), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
	    : "memory");
	*error = failed ? (int)a0 : 0;
	return failed ? -1 : a0;
}

/* The error is EINTR for whom pthread_cancel woke. */
static long
point_errno(long number, const long *arguments, int *error)
{
	pthread_t self = pthread_self();
	long result;

	thread_testcancel(self);
	result = trap(number, arguments, error);
	if (*error == EINTR)
		thread_testcancel(self);
	return result;
}

static long
point(long number, const long *arguments)
{
	int error;
	long result = point_errno(number, arguments, &error);

	if (error != 0)
		errno = error;
	return result;
}

#define POINT(number, ...) point(SYS_##number, (const long[6]){ __VA_ARGS__ })
#define L(value) (long)(value)

ssize_t
read(int fd, void *buffer, size_t size)
{
	return POINT(read, fd, L(buffer), L(size));
}

ssize_t
write(int fd, const void *buffer, size_t size)
{
	return POINT(write, fd, L(buffer), L(size));
}

ssize_t
readv(int fd, const struct iovec *iov, int count)
{
	return POINT(readv, fd, L(iov), count);
}

ssize_t
writev(int fd, const struct iovec *iov, int count)
{
	return POINT(writev, fd, L(iov), count);
}

/* There is a hole before a 64-bit offset. */
ssize_t
pread(int fd, void *buffer, size_t size, off_t offset)
{
	return POINT(pread, fd, L(buffer), L(size), 0, offset);
}

ssize_t
pwrite(int fd, const void *buffer, size_t size, off_t offset)
{
	return POINT(pwrite, fd, L(buffer), L(size), 0, offset);
}

int
open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode = 0;

	if ((flags & O_CREAT) != 0) {
		va_start(ap, flags);
		mode = va_arg(ap, int);
		va_end(ap);
	}
	return POINT(open, L(path), flags, mode);
}

int
openat(int at, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode = 0;

	if ((flags & O_CREAT) != 0) {
		va_start(ap, flags);
		mode = va_arg(ap, int);
		va_end(ap);
	}
	return POINT(openat, at, L(path), flags, mode);
}

int
close(int fd)
{
	return POINT(close, fd);
}

int
fsync(int fd)
{
	return POINT(fsync, fd);
}

int
connect(int fd, const struct sockaddr *address, socklen_t length)
{
	return POINT(connect, fd, L(address), length);
}

int
accept(int fd, struct sockaddr *restrict address, socklen_t *restrict length)
{
	return POINT(accept, fd, L(address), L(length));
}

ssize_t
recvfrom(int fd, void *restrict buffer, size_t size, int flags, struct sockaddr *restrict from,
    socklen_t *restrict length)
{
	return POINT(recvfrom, fd, L(buffer), L(size), flags, L(from), L(length));
}

ssize_t
sendto(int fd, const void *buffer, size_t size, int flags, const struct sockaddr *to, socklen_t length)
{
	return POINT(sendto, fd, L(buffer), L(size), flags, L(to), length);
}

ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	return POINT(recvmsg, fd, L(message), flags);
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	return POINT(sendmsg, fd, L(message), flags);
}

int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	return POINT(poll, L(fds), count, timeout);
}

int
pollts(struct pollfd *restrict fds, nfds_t count, const struct timespec *restrict timeout,
    const sigset_t *restrict mask)
{
	return POINT(__pollts50, L(fds), count, L(timeout), L(mask));
}

int
select(int n, fd_set *restrict in, fd_set *restrict out, fd_set *restrict except, struct timeval *restrict timeout)
{
	return POINT(__select50, n, L(in), L(out), L(except), L(timeout));
}

int
pselect(int n, fd_set *restrict in, fd_set *restrict out, fd_set *restrict except,
    const struct timespec *restrict timeout, const sigset_t *restrict mask)
{
	return POINT(__pselect50, n, L(in), L(out), L(except), L(timeout), L(mask));
}

int
nanosleep(const struct timespec *duration, struct timespec *left)
{
	return POINT(__nanosleep50, L(duration), L(left));
}

/* Its errno is its value. */
int
clock_nanosleep(clockid_t clock, int flags, const struct timespec *duration, struct timespec *left)
{
	pthread_t self = pthread_self();
	int ignored, error;

	thread_testcancel(self);
	error = trap(SYS_clock_nanosleep, (const long[6]){ clock, flags, L(duration), L(left) }, &ignored);
	if (error == EINTR)
		thread_testcancel(self);
	return error;
}

int
sigsuspend(const sigset_t *mask)
{
	return POINT(__sigsuspend14, L(mask));
}

pid_t
wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	return POINT(__wait450, pid, L(status), options, L(usage));
}

pid_t
wait6(idtype_t type, id_t id, int *status, int options, struct wrusage *usage, siginfo_t *info)
{
	return POINT(wait6, type, id, L(status), options, L(usage), L(info));
}
