#include <errno.h>

#include "tm.h"

/*
 * Fields may be out of range: January 32nd is February 1st.  On success the
 * structure is rewritten with the normal form; -1 and EOVERFLOW otherwise.
 */
time_t
timegm(struct tm *tm)
{
	int64_t year = (int64_t)tm->tm_year + 1900 + tm->tm_mon / 12, days, seconds;
	int month = tm->tm_mon % 12;
	struct tm normal;

	if (month < 0) {
		month += 12;
		year--;
	}
	days = __days_to_month(year, month) + tm->tm_mday - 1;
	seconds = days * SECONDS_PER_DAY + (int64_t)tm->tm_hour * 3600 + (int64_t)tm->tm_min * 60 +
	    tm->tm_sec;
	if (__civil_time(seconds, &normal) == NULL)
		return -1;
	*tm = normal;
	return seconds;
}

time_t
mktime(struct tm *tm)
{
	return timegm(tm);
}

time_t
timelocal(struct tm *tm)
{
	return timegm(tm);
}

time_t
timeoff(struct tm *tm, long offset)
{
	return timegm(tm) - offset;
}

/* No leap seconds are counted, so the two scales agree. */
time_t
time2posix(time_t t)
{
	return t;
}

time_t
posix2time(time_t t)
{
	return t;
}
