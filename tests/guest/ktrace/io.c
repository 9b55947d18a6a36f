/* Data that was read and written, by descriptor; what of it one record holds; sysctl's names and values. */
#include "trace.h"

#include <sys/sysctl.h>
#include <sys/uio.h>

static void
expect_io(int fd, enum uio_rw rw, const char *data, size_t length)
{
	struct ktr_header *header = next_record(0);
	struct ktr_genio *io;

	CHECK(header != NULL);
	CHECK_EQ(header->ktr_type, KTR_GENIO);
	CHECK_EQ(header->ktr_len, (int)(sizeof(*io) + length));
	io = payload(header);
	CHECK_EQ(io->ktr_fd, fd);
	CHECK_EQ(io->ktr_rw, rw);
	CHECK(memcmp(io + 1, data, length) == 0);
}

int
main(void)
{
	static char big[10000], buffer[20000];
	char left[4], right[16];
	struct iovec parts[2] = { { left, 4 }, { right, 16 } };
	int fds[2], mib[2] = { CTL_KERN, KERN_OSTYPE };
	char name[16];
	size_t length = sizeof(name);

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = i % 251;
	CHECK_EQ(pipe(fds), 0);
	start_trace(KTRFAC_GENIO);
	CHECK_EQ(write(fds[1], "some bytes", 10), 10);
	CHECK_EQ(readv(fds[0], parts, 2), 10);
	CHECK_EQ(write(fds[1], big, sizeof(big)), (ssize_t)sizeof(big));
	CHECK_EQ(read(fds[0], buffer, sizeof(buffer)), (ssize_t)sizeof(big));
	CHECK_ERRNO(write(fds[0], "x", 1), EBADF);
	CHECK_EQ(close(fds[1]), 0);
	CHECK_EQ(read(fds[0], buffer, sizeof(buffer)), 0);
	read_trace();
	expect_io(fds[1], UIO_WRITE, "some bytes", 10);
	expect_io(fds[0], UIO_READ, "some bytes", 10);
	for (int reading = 0; reading <= 1; reading++) {
		int fd = fds[1 - reading];
		enum uio_rw rw = reading ? UIO_READ : UIO_WRITE;

		/* A record is a page at most, with what comes before the data. */
		expect_io(fd, rw, big, 4088);
		expect_io(fd, rw, big + 4088, 4088);
		expect_io(fd, rw, big + 8176, sizeof(big) - 8176);
	}
	expect_io(fds[0], UIO_READ, "", 0);	/* the end of the file */
	expect_end(0);

	start_trace(KTRFAC_MIB);
	CHECK_EQ(sysctl(mib, 2, name, &length, NULL, 0), 0);
	read_trace();
	CHECK(memcmp(expect(0, KTR_MIB), mib, sizeof(mib)) == 0);
	expect_io(-1, UIO_READ, name, length);
	expect_end(0);
	return 0;
}
