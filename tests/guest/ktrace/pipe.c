/* Tracing into a pipe, as ktruss does: records come without the traced process's waiting for whoever reads them. */
#include "trace.h"

#include <sys/ioctl.h>
#include <sys/sysctl.h>
#include <poll.h>
#include <signal.h>

#define RECORDS	100

static int fds[2];

/* Read one record, header and data. */
static struct ktr_header *
read_record(void)
{
	static union {
		struct ktr_header header;
		char data[8192];
	} u;
	size_t have = 0, want = sizeof(struct ktr_header);

	while (have < want) {
		ssize_t n = read(fds[0], u.data + have, want - have);

		CHECK(n >= 0);
		if (n == 0) {
			CHECK_EQ(have, 0);
			return NULL;
		}
		have += n;
		if (have == sizeof(struct ktr_header))
			want += u.header.ktr_len;
	}
	return &u.header;
}

/* How often the kernel has complained about a trace. */
static int
complaints(void)
{
	static char text[1 << 16];
	size_t size = sizeof(text) - 1;
	int n = 0;

	memset(text, 0, sizeof(text));
	CHECK_EQ(sysctlbyname("kern.msgbuf", text, &size, NULL, 0), 0);
	for (char *at = text; (at = strstr(at, "ktrace")) != NULL; at++)
		n++;
	return n;
}

static pid_t
traced(int records, int size)
{
	static char data[2048];
	pid_t child = fork();

	if (child == 0) {
		close(fds[0]);
		close(fds[1]);
		for (int i = 0; i < records; i++) {
			memset(data, i, sizeof(data));
			CHECK_EQ(utrace("record", data, size), 0);
		}
		_exit(0);
	}
	return child;
}

int
main(void)
{
	struct ktr_header *header;
	pid_t child;
	int n, status;

	/* Far more than fits into the pipe, and nobody reads until the process is gone. */
	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(fktrace(fds[1], KTROP_SET, KTRFAC_USER | KTRFAC_INHERIT | KTRFACv2, getpid()), 0);
	/* The same descriptor again is the same trace. */
	CHECK_EQ(fktrace(fds[1], KTROP_SET, KTRFAC_USER | KTRFAC_INHERIT | KTRFACv2, getpid()), 0);
	child = traced(RECORDS, 2048);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
	CHECK_EQ(fktrace(fds[1], KTROP_CLEARFILE, 0, 0), 0);
	CHECK_EQ(close(fds[1]), 0);
	for (n = 0; (header = read_record()) != NULL; n++) {
		CHECK_EQ(header->ktr_type, KTR_USER);
		CHECK_EQ(header->ktr_pid, child);
		CHECK_EQ(header->ktr_len, (int)sizeof(struct ktr_user) + 2048);
		CHECK_EQ(((char *)payload(header))[sizeof(struct ktr_user)], n);
	}
	CHECK_EQ(n, RECORDS);	/* and then the end of the file: the trace held it open until then */
	CHECK_EQ(close(fds[0]), 0);

	/* A pipe that does not block: the thread tries again, a tick later. */
	CHECK_EQ(pipe2(fds, O_NONBLOCK), 0);
	CHECK_EQ(fktrace(fds[1], KTROP_SET, KTRFAC_USER | KTRFAC_INHERIT | KTRFACv2, getpid()), 0);
	child = traced(RECORDS, 2048);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(fktrace(fds[1], KTROP_CLEAR, KTRFAC_USER, getpid()), 0);
	CHECK_EQ(close(fds[1]), 0);
	CHECK_EQ(fcntl(fds[0], F_SETFL, 0), 0);
	for (n = 0; read_record() != NULL; n++)
		continue;
	CHECK_EQ(n, RECORDS);
	CHECK_EQ(close(fds[0]), 0);

	/* When the reader has gone tracing ends, without SIGPIPE and without a word. */
	int before = complaints();
	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(fktrace(fds[1], KTROP_SET, KTRFAC_USER | KTRFACv2, getpid()), 0);
	CHECK_EQ(close(fds[0]), 0);
	CHECK_EQ(utrace("lost", "", 0), 0);
	CHECK_EQ(usleep(20000), 0);
	CHECK_EQ(utrace("label", (char *)8, 4096), 0);	/* not ENOSPC: it is not traced */
	CHECK_EQ(complaints(), before);
	CHECK_EQ(close(fds[1]), 0);

	/* What cannot be written at all is given up, with a message. */
	int fd = open("/dev/full", O_WRONLY);
	if (fd >= 0) {
		CHECK_EQ(fktrace(fd, KTROP_SET, KTRFAC_USER | KTRFACv2, getpid()), 0);
		CHECK_EQ(utrace("lost", "", 0), 0);
		CHECK_EQ(usleep(20000), 0);
		CHECK_EQ(utrace("label", (char *)8, 4096), 0);
		CHECK_EQ(complaints(), before + 1);
		CHECK_EQ(close(fd), 0);
	}

	/* More records than may wait are lost, and the kernel says so. */
	before = complaints();
	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(fktrace(fds[1], KTROP_SET, KTRFAC_USER | KTRFAC_INHERIT | KTRFACv2, getpid()), 0);
	child = traced(2500, 64);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(fktrace(fds[1], KTROP_CLEAR, KTRFAC_USER, getpid()), 0);
	CHECK_EQ(close(fds[1]), 0);
	for (n = 0; read_record() != NULL; n++)
		continue;
	CHECK(n >= 1000 && n < 2500);
	CHECK_EQ(complaints(), before + 1);
	return 0;
}
