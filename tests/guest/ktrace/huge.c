/* Transfers of any length: only the beginning of what is moved is recorded. */
#include "trace.h"

#include <sys/mman.h>
#include <sys/sysctl.h>
#include <sys/uio.h>

#define PAGE	4096
#define LARGE	(16 << 20)

/* About how much of one transfer is recorded: the data, and a header for each page of it. */
static void
expect_recorded(off_t least, off_t most)
{
	struct stat st;

	CHECK_EQ(ktrace(TRACE, KTROP_CLEARFILE, 0, 0), 0);
	CHECK_EQ(stat(TRACE, &st), 0);
	CHECK(st.st_size >= least && st.st_size <= most);
}

int
main(void)
{
	char *nothing = mmap(NULL, LARGE, PROT_READ, MAP_ANON | MAP_PRIVATE, -1, 0);
	struct iovec parts[2] = { { nothing, LARGE }, { (void *)PAGE, 1LL << 40 } };
	int fd = open("/dev/null", O_WRONLY), mib[2] = { CTL_KERN, KERN_OSTYPE };

	CHECK(nothing != MAP_FAILED && fd >= 0);
	start_trace(KTRFAC_GENIO);
	CHECK_EQ(write(fd, nothing, LARGE), LARGE);
	expect_recorded(256 << 10, 300 << 10);

	start_trace(KTRFAC_GENIO);
	CHECK_EQ(write(fd, (void *)PAGE, 1LL << 40), 1LL << 40);
	expect_recorded(0, 0);

	start_trace(KTRFAC_GENIO);
	CHECK_EQ(writev(fd, parts, 2), (1LL << 40) + LARGE);
	expect_recorded(256 << 10, 300 << 10);
	parts[0].iov_base = parts[1].iov_base;
	start_trace(KTRFAC_GENIO);
	CHECK_EQ(writev(fd, parts, 2), (1LL << 40) + LARGE);
	expect_recorded(256 << 10, 300 << 10);

	start_trace(KTRFAC_MIB);
	CHECK_ERRNO(sysctl(mib, 2, NULL, NULL, nothing, LARGE), EPERM);
	expect_recorded(256 << 10, 300 << 10);
	return 0;
}
