/* Copies standard input to standard output in upper case, and says on standard error how much it was. */
#include <sys/stat.h>
#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "check.h"

int
main(void)
{
	struct pollfd p = { 0, POLLIN, 0 };
	struct stat st;
	char buf[100];
	ssize_t i, n, total = 0;

	CHECK_EQ(isatty(0) + isatty(1) + isatty(2), 0);
	CHECK_EQ(fstat(0, &st), 0);
	CHECK(S_ISCHR(st.st_mode));
	CHECK_ERRNO(lseek(0, 0, SEEK_CUR), ESPIPE);
	CHECK_EQ(fcntl(0, F_GETFL), O_RDONLY);
	CHECK_EQ(fcntl(1, F_GETFL), O_WRONLY);
	CHECK_EQ(open("/dev/tty", O_RDWR), -1);
	CHECK_EQ(errno, ENXIO);
	CHECK_EQ(poll(&p, 1, 0), 1);
	while ((n = read(0, buf, sizeof buf)) > 0) {
		for (i = 0; i < n; i++)
			buf[i] = (char)toupper((unsigned char)buf[i]);
		CHECK_EQ(write(1, buf, (size_t)n), n);
		total += n;
	}
	dprintf(2, "%zd bytes\n", total);
	return 0;
}
