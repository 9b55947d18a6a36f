/* <time.h>: the calendar in both directions, and its formats. */
#include <time.h>

#include "../check.h"

static const char *
formatted(time_t t, const char *format)
{
	static char buf[128];

	CHECK(strftime(buf, sizeof(buf), format, gmtime(&t)) > 0);
	return buf;
}

static void
calendar(void)
{
	time_t t;
	struct tm tm;

	/* Every day of 800 years, counted up by hand. */
	int year = 1600, month = 0, day = 1, weekday = 6;
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	for (t = -11676096000; year < 2400; t += 86400) {
		int length = lengths[month] +
		    (month == 1 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));

		CHECK(gmtime_r(&t, &tm) == &tm);
		CHECK_EQ(tm.tm_year + 1900, year);
		CHECK_EQ(tm.tm_mon, month);
		CHECK_EQ(tm.tm_mday, day);
		CHECK_EQ(tm.tm_wday, weekday);
		CHECK_EQ(timegm(&tm), t);
		weekday = (weekday + 1) % 7;
		if (++day > length) {
			day = 1;
			if (++month == 12) {
				month = 0;
				year++;
			}
		}
	}
	tm = (struct tm){ .tm_year = 100, .tm_mon = 13, .tm_mday = 0, .tm_hour = 25, .tm_min = -1 };
	CHECK_EQ(mktime(&tm), 980989140);
	CHECK_EQ(tm.tm_mon, 1);
	CHECK_EQ(tm.tm_mday, 1);
	t = INT64_MAX;
	CHECK(gmtime(&t) == NULL);
	CHECK_EQ(errno, EOVERFLOW);
}

static void
formats(void)
{
	const time_t t = 951827696;	/* Tue Feb 29 12:34:56 UTC 2000 */
	char buf[32];

	CHECK_STR(formatted(t, "%a %A %b %B %h"), "Tue Tuesday Feb February Feb");
	CHECK_STR(formatted(t, "%c|%D|%F|%T|%R|%r|%x|%X"),
	    "Tue Feb 29 12:34:56 2000|02/29/00|2000-02-29|12:34:56|12:34|12:34:56 PM|02/29/00|12:34:56");
	CHECK_STR(formatted(t, "%C %d %e %H %I %j %k %l %M %m %p %S"), "20 29 29 12 12 060 12 12 34 02 PM 56");
	CHECK_STR(formatted(t, "%U %u %V %G %g %W %w %y %Y %Z %z %s"), "09 2 09 2000 00 09 2 00 2000 UTC +0000 951827696");
	CHECK_STR(formatted(t, "%Ey %Od%n%t%%"), "00 29\n\t%");
	CHECK_STR(formatted(-1, "%F %T"), "1969-12-31 23:59:59");
	CHECK_STR(formatted(1230768000, "%G-W%V"), "2009-W01");
	CHECK_STR(formatted(1104537600, "%G-W%V"), "2004-W53");
	CHECK_EQ(strftime(buf, 4, "%Y", gmtime(&t)), 0);
	CHECK_EQ(strftime(buf, 5, "%Y", gmtime(&t)), 4);
	CHECK_STR(ctime(&t), "Tue Feb 29 12:34:56 2000\n");
	CHECK_STR(asctime(localtime(&t)), "Tue Feb 29 12:34:56 2000\n");
	CHECK(difftime(5, 7) == -2);
	tzset();
	CHECK_STR(tzname[0], "UTC");
}

static void
parsing(void)
{
	struct tm tm = { 0 };

	CHECK_STR(strptime("2000-02-29 12:34:56 rest", "%F %T", &tm), " rest");
	CHECK_EQ(timegm(&tm), 951827696);
	CHECK_EQ(tm.tm_wday, 2);
	CHECK_EQ(tm.tm_yday, 59);
	CHECK_STR(strptime("Tuesday, 1 march 99 01:02 pm", "%A, %d %b %y %I:%M %p", &tm), "");
	CHECK_EQ(tm.tm_year, 99);
	CHECK_EQ(tm.tm_mon, 2);
	CHECK_EQ(tm.tm_hour, 13);
	CHECK_STR(strptime("951827696", "%s", &tm), "");
	CHECK_EQ(tm.tm_mday, 29);
	CHECK_STR(strptime("2024 060", "%Y %j", &tm), "");
	CHECK_EQ(tm.tm_mon, 1);
	CHECK_EQ(tm.tm_mday, 29);
	CHECK_STR(strptime("+0130", "%z", &tm), "");
	CHECK_EQ(tm.tm_gmtoff, 5400);
	CHECK(strptime("13", "%m", &tm) == NULL);
	CHECK(strptime("x", "%d", &tm) == NULL);
}

int
main(void)
{
	struct timespec ts;
	time_t now = time(NULL);

	CHECK(now > 0);
	CHECK_EQ(timespec_get(&ts, TIME_UTC), TIME_UTC);
	CHECK(ts.tv_sec >= now);
	CHECK_EQ(timespec_get(&ts, 99), 0);
	CHECK(clock() != (clock_t)-1);
	calendar();
	formats();
	parsing();
	return 0;
}
