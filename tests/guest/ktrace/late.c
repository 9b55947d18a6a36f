/* A time that the older records have no room for is cut to 32 bits; the newest has all of it. */
#include <sys/time.h>
#include <time.h>

#include "trace.h"

#define STAMP	32	/* where it is in a ktr_header */

int
main(void)
{
	static const int versions[] = { KTRFACv0, KTRFACv1, KTRFACv2 };
	const struct timespec late = { (1LL << 35) + 5, 0 };

	CHECK_EQ(clock_settime(CLOCK_REALTIME, &late), 0);
	for (int i = 0; i < 3; i++) {
		struct ktr_header *header;
		long long seconds = 0;

		new_trace();
		CHECK_EQ(ktrace(TRACE, KTROP_SET | versions[i], KTRFAC_SYSCALL, getpid()), 0);
		getppid();
		read_trace();
		CHECK((header = next_record(getpid())) != NULL);
		CHECK_EQ(header->ktr_version, i);
		/* The seconds are the first of the stamp in all three. */
		memcpy(&seconds, (char *)header + STAMP, i == 2 ? sizeof(long long) : sizeof(int));
		CHECK_EQ(seconds, i == 2 ? late.tv_sec : 5);
	}
	return 0;
}
