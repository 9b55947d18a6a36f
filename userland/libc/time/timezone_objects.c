/* tzalloc(3) and what works on its result: every zone is UTC. */

#include <errno.h>
#include <string.h>

#include "tm.h"

struct __state {
	char unused;
};

static struct __state utc;

timezone_t
tzalloc(const char *name)
{
	static const char *const known[] = { "", "UTC", "UTC0", "GMT", "GMT0", "Etc/UTC", "Etc/GMT" };

	if (name == NULL)
		return &utc;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(name, known[i]) == 0)
			return &utc;
	errno = ENOENT;
	return NULL;
}

void
tzfree(timezone_t restrict zone)
{
	(void)zone;
}

struct tm *
localtime_rz(timezone_t restrict zone, const time_t *restrict t, struct tm *restrict tm)
{
	(void)zone;
	return __civil_time(*t, tm);
}

char *
ctime_rz(timezone_t restrict zone, const time_t *t, char *buf)
{
	(void)zone;
	return ctime_r(t, buf);
}

time_t
mktime_z(timezone_t restrict zone, struct tm *restrict tm)
{
	(void)zone;
	return timegm(tm);
}

time_t
timelocal_z(timezone_t restrict zone, struct tm *tm)
{
	(void)zone;
	return timegm(tm);
}

time_t
time2posix_z(timezone_t restrict zone, time_t t)
{
	(void)zone;
	return t;
}

time_t
posix2time_z(timezone_t restrict zone, time_t t)
{
	(void)zone;
	return t;
}

const char *
tzgetname(timezone_t restrict zone, int isdst)
{
	(void)zone;
	return isdst ? NULL : tzname[0];
}

long
tzgetgmtoff(timezone_t restrict zone, int isdst)
{
	(void)zone;
	(void)isdst;
	return 0;
}
