#include <errno.h>
#include <limits.h>

#include "tm.h"

/*
 * Counting years from March makes the leap day the last day of the year, and
 * 400 such years are always 146097 days.  Months from March are 31, 30, 31, 30,
 * 31 days long over and over, which the factor 153 / 5 walks through.
 */
#define DAYS_PER_ERA		146097
#define EPOCH_FROM_ERA		719468	/* 0000-03-01 to 1970-01-01 */

static int64_t
floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t
__days_to_month(int64_t year, int month)
{
	int64_t from_march = month >= 2 ? month - 2 : month + 10, era, year_of_era;

	if (month < 2)
		year--;
	era = floor_divide(year, 400);
	year_of_era = year - era * 400;
	return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	    (153 * from_march + 2) / 5 - EPOCH_FROM_ERA;
}

struct tm *
__civil_time(int64_t seconds, struct tm *tm)
{
	int64_t days = floor_divide(seconds, SECONDS_PER_DAY), shifted, era, day, year, from_march;
	int rest = (int)(seconds - days * SECONDS_PER_DAY);

	shifted = days + EPOCH_FROM_ERA;
	era = floor_divide(shifted, DAYS_PER_ERA);
	day = shifted - era * DAYS_PER_ERA;
	/* Take out the leap days that have passed, and every year has 365 days. */
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	year += era * 400;
	from_march = (5 * day + 2) / 153;
	tm->tm_mday = (int)(day - (153 * from_march + 2) / 5) + 1;
	tm->tm_mon = (int)(from_march < 10 ? from_march + 2 : from_march - 10);
	if (tm->tm_mon < 2)
		year++;
	if (year - 1900 > INT_MAX || year - 1900 < INT_MIN) {
		errno = EOVERFLOW;
		return NULL;
	}
	tm->tm_year = (int)(year - 1900);
	tm->tm_yday = (int)(days - __days_to_month(year, 0));
	/* 1970-01-01 was a Thursday. */
	tm->tm_wday = (int)(days + 4 - 7 * floor_divide(days + 4, 7));
	tm->tm_hour = rest / 3600;
	tm->tm_min = rest / 60 % 60;
	tm->tm_sec = rest % 60;
	tm->tm_isdst = 0;
	tm->tm_gmtoff = 0;
	tm->tm_zone = tzname[0];
	return tm;
}
