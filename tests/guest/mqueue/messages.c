/* Sending and receiving: priorities, sizes, waiting, time limits. */
#include <poll.h>

#include "mq.h"

static void
test_order(void)
{
	mqd_t q = new_queue("/q", 8, 0);

	put(q, "low one", 1);
	put(q, "high one", 9);
	put(q, "lowest", 0);
	put(q, "high two", 9);
	put(q, "highest", 31);
	put(q, "low two", 1);
	get(q, "highest", 31);
	get(q, "high one", 9);
	put(q, "", 5);
	get(q, "high two", 9);
	get(q, "", 5);
	get(q, "low one", 1);
	get(q, "low two", 1);
	get(q, "lowest", 0);
	mq_close(q);
	mq_unlink("/q");
}

static void
test_sizes(void)
{
	mqd_t q = new_queue("/q", 2, O_NONBLOCK);
	char buf[SIZE * 2];
	struct pollfd pfd = { .fd = q, .events = POLLIN | POLLOUT };

	CHECK_ERRNO(mq_send(q, buf, SIZE + 1, 0), EMSGSIZE);
	CHECK_ERRNO(mq_send(q, buf, 20000, 0), EMSGSIZE);
	CHECK_ERRNO(mq_send(q, buf, 1, 32), EINVAL);
	CHECK_ERRNO(mq_receive(q, buf, SIZE - 1, NULL), EMSGSIZE);
	CHECK_ERRNO(mq_receive(q, buf, SIZE, NULL), EAGAIN);
	CHECK_EQ(poll(&pfd, 1, 0), 1);
	CHECK_EQ(pfd.revents, POLLOUT);
	CHECK_EQ(mq_send(q, buf, SIZE, 0), 0);
	CHECK_EQ(poll(&pfd, 1, 0), 1);
	CHECK_EQ(pfd.revents, POLLIN | POLLOUT);
	CHECK_EQ(mq_send(q, buf, SIZE, 0), 0);
	CHECK_ERRNO(mq_send(q, buf, SIZE, 0), EAGAIN);
	CHECK_EQ(poll(&pfd, 1, 0), 1);
	CHECK_EQ(pfd.revents, POLLIN);
	CHECK_EQ(mq_receive(q, buf, SIZE * 2, NULL), SIZE);
	mq_close(q);
	mq_unlink("/q");
}

static void
test_timeouts(void)
{
	mqd_t q = new_queue("/q", 1, 0);
	struct timespec limit, bad = { 0, 1000000000 }, now;
	char buf[SIZE];

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += 2;
	CHECK_ERRNO(mq_timedreceive(q, buf, SIZE, NULL, &limit), ETIMEDOUT);
	clock_gettime(CLOCK_REALTIME, &now);
	CHECK(now.tv_sec >= limit.tv_sec && now.tv_sec <= limit.tv_sec + 1);
	CHECK_ERRNO(mq_timedreceive(q, buf, SIZE, NULL, &limit), ETIMEDOUT);	/* it is past */
	CHECK_ERRNO(mq_timedreceive(q, buf, SIZE, NULL, &bad), EINVAL);
	/* A time limit matters only to those who wait. */
	CHECK_EQ(mq_timedsend(q, "x", 1, 0, &bad), 0);
	CHECK_ERRNO(mq_timedsend(q, "x", 1, 0, &limit), ETIMEDOUT);
	CHECK_EQ(mq_timedreceive(q, buf, SIZE, NULL, &bad), 1);
	mq_close(q);
	mq_unlink("/q");
}

/* Two processes, and a queue that holds less than what goes through it. */
static void
test_flow(void)
{
	mqd_t q = new_queue("/flow", 3, 0);
	pid_t pid = fork();
	char text[SIZE];
	int i;

	if (pid == 0) {
		for (i = 0; i < 100; i++) {
			snprintf(text, sizeof(text), "message %d", i);
			put(q, text, 7);
		}
		_exit(0);
	}
	for (i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "message %d", i);
		get(q, text, 7);
	}
	expect_exit(pid, 0);
	mq_close(q);
	mq_unlink("/flow");
}

static void
handler(int signo)
{
}

/* Who waits is let go by a signal, and when the queue is unlinked. */
static void
test_interrupted(void)
{
	mqd_t q = new_queue("/q", 1, 0);
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };
	pid_t pid, parent = getpid();
	char buf[SIZE];

	sigaction(SIGUSR1, &sa, NULL);
	pid = fork();
	if (pid == 0) {
		usleep(1000);
		kill(parent, SIGUSR1);
		usleep(1000);
		CHECK_EQ(mq_unlink("/q"), 0);
		_exit(0);
	}
	CHECK_ERRNO(mq_receive(q, buf, SIZE, NULL), EINTR);
	CHECK_ERRNO(mq_receive(q, buf, SIZE, NULL), EINTR);
	expect_exit(pid, 0);
	CHECK_ERRNO(mq_unlink("/q"), ENOENT);
	mq_close(q);
}

int
main(void)
{
	test_order();
	test_sizes();
	test_timeouts();
	test_flow();
	test_interrupted();
	return 0;
}
