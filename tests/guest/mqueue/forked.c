/* What fork does with queues: descriptors, and the count of open ones (spec C.13, quirk Q8). */
#include <sys/sysctl.h>

#include "mq.h"

static void
set_limit(int n)
{
	CHECK_EQ(sysctlbyname("kern.mqueue.mq_open_max", NULL, NULL, &n, sizeof(n)), 0);
}

static mqd_t
open_queue(void)
{
	return mq_open("/q", O_RDWR | O_CREAT, 0600, NULL);
}

int
main(int argc, char **argv)
{
	mqd_t q[3], more;
	pid_t pid;
	int i;

	if (argc > 1) {
		CHECK_ERRNO(fcntl(atoi(argv[1]), F_GETFD), EBADF);
		return 0;
	}
	set_limit(5);
	for (i = 0; i < 3; i++)
		CHECK((q[i] = open_queue()) != (mqd_t)-1);
	CHECK_EQ(fcntl(q[2], F_SETFD, FD_CLOEXEC | FD_CLOFORK), 0);

	/* The child's count is the parent's, even for the one that it did not get. */
	pid = fork();
	if (pid == 0) {
		CHECK_ERRNO(fcntl(q[2], F_GETFD), EBADF);
		CHECK_EQ(mq_send(q[0], "from the child", 14, 2), 0);
		CHECK((more = open_queue()) != (mqd_t)-1);
		CHECK(open_queue() != (mqd_t)-1);
		CHECK_ERRNO(open_queue(), EMFILE);
		CHECK_EQ(mq_close(more), 0);
		CHECK((more = open_queue()) != (mqd_t)-1);
		CHECK_ERRNO(open_queue(), EMFILE);
		/* The parent has it open still: this is no last close, and changes nobody's count. */
		CHECK_EQ(mq_close(q[1]), 0);
		CHECK_ERRNO(open_queue(), EMFILE);
		_exit(0);
	}
	expect_exit(pid, 0);

	/* The parent's count is not touched by what the child did. */
	CHECK(open_queue() != (mqd_t)-1);
	CHECK((more = open_queue()) != (mqd_t)-1);
	CHECK_ERRNO(open_queue(), EMFILE);
	CHECK_EQ(mq_close(more), 0);
	CHECK((more = open_queue()) != (mqd_t)-1);
	{
		char buf[1024];
		unsigned priority;

		CHECK_EQ(mq_receive(q[1], buf, sizeof(buf), &priority), 14);
		CHECK_EQ(priority, 2);
	}
	/* Queues do not outlive exec. */
	pid = fork();
	if (pid == 0) {
		char number[16];

		snprintf(number, sizeof(number), "%d", (int)q[0]);
		execl("/bin/forked", "forked", number, (char *)NULL);
		_exit(99);
	}
	expect_exit(pid, 0);
	set_limit(512);
	mq_unlink("/q");
	return 0;
}
