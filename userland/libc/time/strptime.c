#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "tm.h"

/* What has been read and must be combined at the end. */
struct progress {
	struct tm *tm;
	int century;		/* -1: none */
	bool afternoon, have_half, have_year, have_month, have_day, have_yday, have_wday;
	int week_of_year;	/* -1: none */
	int week_start;		/* the weekday that weeks begin on */
};

static const char *
number(const char *s, int low, int high, int width, int *value)
{
	int n = 0, digits = 0;

	while (isspace((unsigned char)*s))
		s++;
	for (; digits < width && *s >= '0' && *s <= '9'; s++, digits++)
		n = n * 10 + (*s - '0');
	if (digits == 0 || n < low || n > high)
		return NULL;
	*value = n;
	return s;
}

/* A full name or its first three letters, in any case. */
static const char *
name(const char *s, const char *const *names, int count, int *index)
{
	for (int i = 0; i < count; i++) {
		size_t len = strlen(names[i]);

		if (strncasecmp(s, names[i], len) != 0)
			len = 3;
		if (strncasecmp(s, names[i], len) == 0) {
			*index = i;
			return s + len;
		}
	}
	return NULL;
}

static const char *
year(const char *s, int *tm_year)
{
	bool negative = false;
	int value;

	while (isspace((unsigned char)*s))
		s++;
	if (*s == '-' || *s == '+')
		negative = *s++ == '-';
	s = number(s, 0, 9999, 4, &value);
	if (s != NULL)
		*tm_year = (negative ? -value : value) - 1900;
	return s;
}

/* "Z", "UTC", "+hh", "+hhmm" or "+hh:mm". */
static const char *
zone(const char *s, struct tm *tm)
{
	int hours, minutes = 0;
	bool west = *s == '-';

	while (isspace((unsigned char)*s))
		s++;
	if (strncasecmp(s, "UTC", 3) == 0 || strncasecmp(s, "GMT", 3) == 0 || *s == 'Z') {
		tm->tm_gmtoff = 0;
		tm->tm_isdst = 0;
		tm->tm_zone = tzname[0];
		return s + (*s == 'Z' ? 1 : 3);
	}
	west = *s == '-';
	if (*s != '+' && *s != '-')
		return NULL;
	s = number(s + 1, 0, 14, 2, &hours);
	if (s == NULL)
		return NULL;
	if (*s == ':')
		s++;
	if (*s >= '0' && *s <= '9' && (s = number(s, 0, 59, 2, &minutes)) == NULL)
		return NULL;
	tm->tm_gmtoff = (hours * 60L + minutes) * (west ? -60 : 60);
	tm->tm_isdst = 0;
	return s;
}

static const char *
seconds_since_epoch(const char *s, struct tm *tm)
{
	int64_t value = 0;
	bool negative = *s == '-';

	if (negative)
		s++;
	if (!isdigit((unsigned char)*s))
		return NULL;
	for (; isdigit((unsigned char)*s); s++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *s - '0', &value))
			return NULL;
	return __civil_time(negative ? -value : value, tm) == NULL ? NULL : s;
}

static const char *parse(const char *, const char *, struct progress *);

static const char *
parse_date(const char *s, char conversion, struct progress *p)
{
	struct tm *tm = p->tm;
	int value;

	switch (conversion) {
	case 'A':
	case 'a':
		p->have_wday = true;
		return name(s, __day_names, 7, &tm->tm_wday);
	case 'B':
	case 'b':
	case 'h':
		p->have_month = true;
		return name(s, __month_names, 12, &tm->tm_mon);
	case 'C':
		p->have_year = true;
		return number(s, 0, 99, 2, &p->century);
	case 'd':
	case 'e':
		p->have_day = true;
		return number(s, 1, 31, 2, &tm->tm_mday);
	case 'G':
		return number(s, 0, 9999, 4, &value);
	case 'g':
		return number(s, 0, 99, 2, &value);
	case 'j':
		p->have_yday = true;
		if ((s = number(s, 1, 366, 3, &value)) != NULL)
			tm->tm_yday = value - 1;
		return s;
	case 'm':
		p->have_month = true;
		if ((s = number(s, 1, 12, 2, &value)) != NULL)
			tm->tm_mon = value - 1;
		return s;
	case 'U':
	case 'W':
		p->week_start = conversion == 'W';
		return number(s, 0, 53, 2, &p->week_of_year);
	case 'u':
	case 'w':
		p->have_wday = true;
		if ((s = number(s, conversion == 'u', conversion == 'u' ? 7 : 6, 1, &value)) != NULL)
			tm->tm_wday = value % 7;
		return s;
	case 'V':
		return number(s, 0, 53, 2, &value);
	case 'Y':
		p->have_year = true;
		p->century = -1;
		return year(s, &tm->tm_year);
	case 'y':
		p->have_year = true;
		/* Two digits mean 1969 to 2068, unless a century says otherwise. */
		if ((s = number(s, 0, 99, 2, &value)) != NULL)
			tm->tm_year = value < 69 ? value + 100 : value;
		return s;
	default:
		return NULL;
	}
}

static const char *
parse_time(const char *s, char conversion, struct progress *p)
{
	struct tm *tm = p->tm;

	switch (conversion) {
	case 'H':
	case 'k':
		return number(s, 0, 23, 2, &tm->tm_hour);
	case 'I':
	case 'l':
		if ((s = number(s, 1, 12, 2, &tm->tm_hour)) != NULL)
			tm->tm_hour %= 12;
		return s;
	case 'M':
		return number(s, 0, 59, 2, &tm->tm_min);
	case 'S':
		return number(s, 0, 61, 2, &tm->tm_sec);
	case 'p':
		p->have_half = true;
		p->afternoon = strncasecmp(s, "PM", 2) == 0;
		return p->afternoon || strncasecmp(s, "AM", 2) == 0 ? s + 2 : NULL;
	case 's':
		return seconds_since_epoch(s, tm);
	case 'Z':
	case 'z':
		return zone(s, tm);
	default:
		return NULL;
	}
}

static const char *
convert(const char *s, char conversion, struct progress *p)
{
	switch (conversion) {
	case '%':
		return *s == '%' ? s + 1 : NULL;
	case 'n':
	case 't':
		while (isspace((unsigned char)*s))
			s++;
		return s;
	case 'c':
		return parse(s, "%a %b %e %H:%M:%S %Y", p);
	case 'D':
	case 'x':
		return parse(s, "%m/%d/%y", p);
	case 'F':
		return parse(s, "%Y-%m-%d", p);
	case 'R':
		return parse(s, "%H:%M", p);
	case 'r':
		return parse(s, "%I:%M:%S %p", p);
	case 'T':
	case 'X':
		return parse(s, "%H:%M:%S", p);
	case 'v':
		return parse(s, "%e-%b-%Y", p);
	default:
		if (strchr("HIklMSpsZz", conversion) != NULL)
			return parse_time(s, conversion, p);
		return parse_date(s, conversion, p);
	}
}

static const char *
parse(const char *s, const char *f, struct progress *p)
{
	for (; *f != '\0' && s != NULL; f++) {
		if (isspace((unsigned char)*f)) {
			while (isspace((unsigned char)*s))
				s++;
		} else if (*f != '%') {
			s = *s == *f ? s + 1 : NULL;
		} else {
			f++;
			if (*f == 'E' || *f == 'O')
				f++;
			if (*f == '\0')
				return NULL;
			s = convert(s, *f, p);
		}
	}
	return s;
}

/* Fill in the fields that those read imply. */
static void
complete(struct progress *p)
{
	struct tm *tm = p->tm;
	int64_t year, first, days;

	if (p->have_half)
		tm->tm_hour = tm->tm_hour % 12 + (p->afternoon ? 12 : 0);
	if (p->century >= 0)
		tm->tm_year = p->century * 100 - 1900 + (tm->tm_year % 100 + 100) % 100;
	if (!p->have_year)
		return;
	year = (int64_t)tm->tm_year + 1900;
	first = __days_to_month(year, 0);
	if (p->week_of_year >= 0 && p->have_wday && !p->have_month && !p->have_yday) {
		int first_wday = (int)(((first + 4) % 7 + 7) % 7);
		int to_week_one = (7 + p->week_start - first_wday) % 7;

		tm->tm_yday = to_week_one + 7 * (p->week_of_year - 1) + (tm->tm_wday - p->week_start + 7) % 7;
		p->have_yday = tm->tm_yday >= 0;
	}
	if (p->have_month && p->have_day)
		days = __days_to_month(year, tm->tm_mon) + tm->tm_mday - 1;
	else if (p->have_yday)
		days = first + tm->tm_yday;
	else
		return;
	{
		struct tm date;

		if (__civil_time(days * SECONDS_PER_DAY, &date) == NULL)
			return;
		tm->tm_mon = date.tm_mon;
		tm->tm_mday = date.tm_mday;
		tm->tm_yday = date.tm_yday;
		tm->tm_wday = date.tm_wday;
	}
}

char *
strptime(const char *restrict s, const char *restrict f, struct tm *restrict tm)
{
	struct progress p = { .tm = tm, .century = -1, .week_of_year = -1 };
	const char *end = parse(s, f, &p);

	if (end == NULL)
		return NULL;
	complete(&p);
	return (char *)(uintptr_t)end;
}

char *
strptime_l(const char *restrict s, const char *restrict f, struct tm *restrict tm, locale_t locale)
{
	(void)locale;
	return strptime(s, f, tm);
}
