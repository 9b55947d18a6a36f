/* Opening, naming, unlinking queues; who may. */
#include "mq.h"

static void
test_names(void)
{
	char name[300];
	mqd_t q, again;
	struct mq_attr attr;

	CHECK_ERRNO(mq_open("/none", O_RDWR), ENOENT);
	CHECK_ERRNO(mq_open("noslash", O_RDWR | O_CREAT, 0600, NULL), EINVAL);
	CHECK_ERRNO(mq_open("/two/parts", O_RDWR | O_CREAT, 0600, NULL), EINVAL);
	CHECK_ERRNO(mq_open("/", O_RDWR | O_CREAT, 0600, NULL), EINVAL);
	CHECK_ERRNO(mq_open("/q", O_ACCMODE | O_CREAT, 0600, NULL), EINVAL);
	memset(name, 'x', sizeof(name));
	name[0] = '/';
	name[299] = '\0';
	CHECK_ERRNO(mq_open(name, O_RDWR | O_CREAT, 0600, NULL), ENAMETOOLONG);
	CHECK_ERRNO(mq_unlink("/none"), ENOENT);

	q = mq_open("/q", O_RDWR | O_CREAT, 0600, NULL);
	CHECK(q != (mqd_t)-1);
	CHECK_EQ(mq_getattr(q, &attr), 0);
	CHECK_EQ(attr.mq_maxmsg, 32);
	CHECK_EQ(attr.mq_msgsize, 992);
	CHECK_EQ(attr.mq_curmsgs, 0);
	CHECK_EQ(attr.mq_flags, 0);
	CHECK_ERRNO(mq_open("/q", O_RDWR | O_CREAT | O_EXCL, 0600, NULL), EEXIST);
	again = mq_open("/q", O_RDWR | O_CREAT, 0600, NULL);
	CHECK(again != q);
	CHECK_EQ(mq_send(again, "hello", 5, 0), 0);
	CHECK_EQ(mq_getattr(q, &attr), 0);
	CHECK_EQ(attr.mq_curmsgs, 1);
	CHECK_EQ(mq_close(again), 0);

	/* Without a name it works on, and the name is free for another. */
	CHECK_EQ(mq_unlink("/q"), 0);
	CHECK_ERRNO(mq_open("/q", O_RDWR), ENOENT);
	again = new_queue("/q", 4, 0);
	CHECK_EQ(mq_getattr(again, &attr), 0);
	CHECK_EQ(attr.mq_curmsgs, 0);
	CHECK_EQ(mq_getattr(q, &attr), 0);
	CHECK_EQ(attr.mq_curmsgs, 1);
	CHECK_EQ(mq_close(q), 0);
	CHECK_ERRNO(mq_getattr(q, &attr), EBADF);
	/* With a name it keeps its messages while nobody has it open. */
	put(again, "kept", 3);
	CHECK_EQ(mq_close(again), 0);
	again = mq_open("/q", O_RDONLY);
	get(again, "kept", 3);
	CHECK_EQ(mq_close(again), 0);
	CHECK_EQ(mq_unlink("/q"), 0);
}

static void
test_attributes(void)
{
	struct mq_attr attr = { .mq_maxmsg = 0, .mq_msgsize = 10 }, old;
	mqd_t q;

	CHECK_ERRNO(mq_open("/q", O_RDWR | O_CREAT, 0600, &attr), EINVAL);
	attr.mq_maxmsg = 513;
	CHECK_ERRNO(mq_open("/q", O_RDWR | O_CREAT, 0600, &attr), EINVAL);
	attr.mq_maxmsg = 512;
	attr.mq_msgsize = 16385;
	CHECK_ERRNO(mq_open("/q", O_RDWR | O_CREAT, 0600, &attr), EINVAL);
	attr.mq_msgsize = 0;
	CHECK_ERRNO(mq_open("/q", O_RDWR | O_CREAT, 0600, &attr), EINVAL);
	attr.mq_msgsize = 16384;
	q = mq_open("/q", O_RDWR | O_CREAT | O_NONBLOCK, 0600, &attr);
	CHECK_EQ(mq_getattr(q, &attr), 0);
	CHECK_EQ(attr.mq_maxmsg, 512);
	CHECK_EQ(attr.mq_msgsize, 16384);
	CHECK_EQ(attr.mq_flags, O_NONBLOCK);
	attr.mq_flags = 0;
	attr.mq_maxmsg = 1;	/* this is ignored */
	CHECK_EQ(mq_setattr(q, &attr, &old), 0);
	CHECK_EQ(old.mq_flags, O_NONBLOCK);
	CHECK_EQ(mq_getattr(q, &attr), 0);
	CHECK_EQ(attr.mq_flags, 0);
	CHECK_EQ(attr.mq_maxmsg, 512);
	CHECK_EQ(mq_close(q), 0);
	CHECK_EQ(mq_unlink("/q"), 0);
}

static void
test_permissions(void)
{
	mqd_t q, r;
	struct stat st;
	pid_t pid;
	char buf[1024];

	umask(022);
	q = mq_open("/q", O_RDWR | O_CREAT, 0646, NULL);
	CHECK_EQ(fstat(q, &st), 0);
	CHECK_EQ(st.st_mode & 0777, 0644);
	CHECK_EQ(st.st_uid, 0);
	CHECK_ERRNO(read(q, buf, 1), EOPNOTSUPP);
	CHECK_ERRNO(write(q, buf, 1), EOPNOTSUPP);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(setuid(77), 0);
		CHECK_ERRNO(mq_open("/q", O_RDWR), EACCES);
		CHECK_ERRNO(mq_open("/q", O_WRONLY), EACCES);
		r = mq_open("/q", O_RDONLY | O_NONBLOCK);
		CHECK(r != (mqd_t)-1);
		CHECK_ERRNO(mq_send(r, "x", 1, 0), EBADF);
		CHECK_ERRNO(mq_receive(r, buf, 992, NULL), EAGAIN);
		CHECK_ERRNO(mq_unlink("/q"), EACCES);
		_exit(0);
	}
	expect_exit(pid, 0);
	r = mq_open("/q", O_WRONLY);
	CHECK_ERRNO(mq_receive(r, buf, 992, NULL), EBADF);
	CHECK_ERRNO(mq_send(0, "x", 1, 0), EBADF);
	CHECK_ERRNO(mq_close(0), EBADF);
	CHECK_EQ(mq_close(r), 0);
	CHECK_EQ(mq_close(q), 0);
	CHECK_EQ(mq_unlink("/q"), 0);
}

int
main(void)
{
	test_names();
	test_attributes();
	test_permissions();
	return 0;
}
