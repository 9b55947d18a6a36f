/* mq_notify: a signal, once, when a message comes into the empty queue and nobody is there to take it. */
#include "mq.h"

static volatile int told, code, value;

static void
handler(int signo, siginfo_t *info, void *context)
{
	told++;
	code = info->si_code;
	value = info->si_value.sival_int;
}

int
main(void)
{
	mqd_t q = new_queue("/q", 4, 0), other;
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigevent want = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 }, bad = want;
	pid_t pid;

	want.sigev_value.sival_int = 42;
	bad.sigev_signo = 64;
	sigaction(SIGUSR1, &sa, NULL);
	CHECK_ERRNO(mq_notify(q, &bad), EINVAL);
	CHECK_ERRNO(mq_notify(0, &want), EBADF);
	CHECK_EQ(mq_notify(q, &want), 0);
	CHECK_ERRNO(mq_notify(q, &want), EBUSY);
	put(q, "one", 0);
	CHECK_EQ(told, 1);
	CHECK_EQ(code, SI_MESGQ);
	CHECK_EQ(value, 42);
	/* Once. */
	get(q, "one", 0);
	put(q, "two", 0);
	CHECK_EQ(told, 1);
	/* Not while there are messages. */
	CHECK_EQ(mq_notify(q, &want), 0);
	put(q, "three", 0);
	CHECK_EQ(told, 1);
	get(q, "two", 0);
	get(q, "three", 0);
	put(q, "four", 0);
	CHECK_EQ(told, 2);
	get(q, "four", 0);
	/* Not when it was taken back. */
	CHECK_EQ(mq_notify(q, &want), 0);
	CHECK_EQ(mq_notify(q, NULL), 0);
	put(q, "five", 0);
	CHECK_EQ(told, 2);
	get(q, "five", 0);
	/* Not when a receiver is waiting for it. */
	CHECK_EQ(mq_notify(q, &want), 0);
	pid = fork();
	if (pid == 0) {
		usleep(1000);
		put(q, "six", 0);
		_exit(0);
	}
	get(q, "six", 0);
	expect_exit(pid, 0);
	CHECK_EQ(told, 2);
	put(q, "seven", 0);
	CHECK_EQ(told, 3);
	get(q, "seven", 0);
	/* The wish of a process that has ended is no hindrance. */
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(mq_notify(q, &want), 0);
		_exit(0);
	}
	expect_exit(pid, 0);
	CHECK_EQ(mq_notify(q, &want), 0);
	/* Closing the queue ends the wish. */
	CHECK_EQ(mq_close(q), 0);
	q = mq_open("/q", O_RDWR);
	put(q, "eight", 0);
	CHECK_EQ(told, 3);
	other = mq_open("/q", O_RDWR);
	get(other, "eight", 0);
	CHECK_EQ(mq_unlink("/q"), 0);
	return 0;
}
