#include "tm.h"

/* ISO C lets all of these return the same object. */
static struct tm shared;

struct tm *
gmtime_r(const time_t *restrict t, struct tm *restrict tm)
{
	return __civil_time(*t, tm);
}

struct tm *
localtime_r(const time_t *restrict t, struct tm *restrict tm)
{
	return __civil_time(*t, tm);
}

struct tm *
gmtime(const time_t *t)
{
	return __civil_time(*t, &shared);
}

struct tm *
localtime(const time_t *t)
{
	return __civil_time(*t, &shared);
}

struct tm *
offtime_r(const time_t *t, long offset, struct tm *tm)
{
	if (__civil_time(*t + offset, tm) == NULL)
		return NULL;
	tm->tm_gmtoff = offset;
	return tm;
}

struct tm *
offtime(const time_t *t, long offset)
{
	return offtime_r(t, offset, &shared);
}
