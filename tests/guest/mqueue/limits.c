/* Queues that nobody has open count, too: how many there are, and the room that their messages may take. */
#include "mq.h"

#define MOST	2000	/* more than there may be */

static char path[16];

static const char *
name(int i)
{
	snprintf(path, sizeof(path), "/%d", i);
	return path;
}

/* Make closed queues, as many as can be; how many. */
static int
fill(long maxmsg, long msgsize)
{
	struct mq_attr attr = { .mq_maxmsg = maxmsg, .mq_msgsize = msgsize };
	mqd_t q;
	int n;

	for (n = 0; n < MOST; n++) {
		if ((q = mq_open(name(n), O_RDWR | O_CREAT | O_EXCL, 0600, &attr)) == (mqd_t)-1)
			break;
		CHECK_EQ(mq_close(q), 0);
	}
	CHECK_EQ(errno, ENOSPC);
	CHECK(n > 2 && n < MOST);
	return n;
}

int
main(void)
{
	struct mq_attr large = { .mq_maxmsg = 512, .mq_msgsize = 16384 };
	mqd_t q;
	int n, i;

	n = fill(large.mq_maxmsg, large.mq_msgsize);
	CHECK(n < 100);

	/* One without a name is there as long as it is open. */
	CHECK((q = mq_open(name(0), O_RDWR)) != (mqd_t)-1);
	CHECK_EQ(mq_unlink(name(0)), 0);
	CHECK_ERRNO(mq_open("/more", O_RDWR | O_CREAT, 0600, &large), ENOSPC);
	CHECK_EQ(mq_close(q), 0);
	CHECK((q = mq_open("/more", O_RDWR | O_CREAT, 0600, &large)) != (mqd_t)-1);
	CHECK_EQ(mq_close(q), 0);
	CHECK_EQ(mq_unlink("/more"), 0);
	for (i = 1; i < n; i++)
		CHECK_EQ(mq_unlink(name(i)), 0);

	n = fill(1, 1);
	CHECK_EQ(mq_unlink(name(0)), 0);
	CHECK((q = mq_open("/more", O_RDWR | O_CREAT, 0600, NULL)) != (mqd_t)-1);
	return 0;
}
