#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tm.h"

/* What ISO C's 26 bytes hold; a year of more than four digits needs more. */
#define CLASSIC_SIZE	26
#define LONGEST		48

static const char *
abbreviate(const char *const *names, int count, int index, char buf[4])
{
	if (index < 0 || index >= count)
		return "???";
	memcpy(buf, names[index], 3);
	buf[3] = '\0';
	return buf;
}

static void
format(const struct tm *tm, char text[LONGEST])
{
	char day[4], month[4];

	snprintf(text, LONGEST, "%s %s %2d %.2d:%.2d:%.2d %lld\n",
	    abbreviate(__day_names, 7, tm->tm_wday, day),
	    abbreviate(__month_names, 12, tm->tm_mon, month),
	    tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec, (long long)tm->tm_year + 1900);
}

char *
asctime_r(const struct tm *restrict tm, char *restrict buf)
{
	char text[LONGEST];

	format(tm, text);
	if (strlen(text) >= CLASSIC_SIZE) {
		errno = EOVERFLOW;
		return NULL;
	}
	return strcpy(buf, text);
}

char *
asctime(const struct tm *tm)
{
	static char text[LONGEST];

	format(tm, text);
	return text;
}

char *
ctime(const time_t *t)
{
	struct tm tm;

	return __civil_time(*t, &tm) == NULL ? NULL : asctime(&tm);
}

char *
ctime_r(const time_t *t, char *buf)
{
	struct tm tm;

	return __civil_time(*t, &tm) == NULL ? NULL : asctime_r(&tm, buf);
}
