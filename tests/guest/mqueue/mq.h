/* Message queues, in few words. */
#ifndef MQ_H
#define MQ_H

#include <sys/types.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define SIZE 64

/* A new queue for `n` messages of SIZE bytes. */
static inline mqd_t
new_queue(const char *name, int n, int flags)
{
	struct mq_attr attr = { .mq_maxmsg = n, .mq_msgsize = SIZE };
	mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL | flags, 0600, &attr);

	CHECK(q != (mqd_t)-1);
	return q;
}

static inline void
put(mqd_t q, const char *text, unsigned priority)
{
	CHECK_EQ(mq_send(q, text, strlen(text), priority), 0);
}

/* The next message must be this one. */
static inline void
get(mqd_t q, const char *text, unsigned priority)
{
	char buf[SIZE + 1];
	unsigned got = 999;
	ssize_t n = mq_receive(q, buf, SIZE, &got);

	CHECK(n >= 0);
	buf[n] = '\0';
	CHECK_STR(buf, text);
	CHECK_EQ(got, priority);
}

static inline void
expect_exit(pid_t pid, int code)
{
	int status;

	CHECK(pid > 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, code << 8);
}

#endif
