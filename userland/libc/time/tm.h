/* The civil calendar, for the functions that convert to and from it. */
#ifndef LIBC_TIME_TM_H
#define LIBC_TIME_TM_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define SECONDS_PER_DAY	86400

extern const char *const __day_names[7];
extern const char *const __month_names[12];

static inline bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01 to the first of that month (0 to 11) of that year. */
int64_t __days_to_month(int64_t year, int month);

/* Break seconds since the epoch down; NULL and EOVERFLOW if the year does not fit. */
struct tm *__civil_time(int64_t seconds, struct tm *);

#endif
