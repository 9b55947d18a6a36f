#include <errno.h>
#include <string.h>

#include "tm.h"

struct out {
	char *buf;
	size_t size, len;	/* one byte of the size is the NUL's */
};

static void
put(struct out *o, const char *s, size_t len)
{
	for (; len > 0; s++, len--)
		if (o->len < o->size)
			o->buf[o->len++] = *s;
		else
			o->size = 0;
}

static void
put_string(struct out *o, const char *s)
{
	put(o, s, strlen(s));
}

/* At least `width` characters, filled up with pad. */
static void
put_number(struct out *o, int64_t value, int width, char pad)
{
	char digits[24];
	int n = 0;
	uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	if (value < 0) {
		put(o, "-", 1);
		width--;
	}
	do
		digits[n++] = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	while (n < width && n < (int)sizeof(digits))
		digits[n++] = pad;
	while (n > 0)
		put(o, &digits[--n], 1);
}

static void
put_name(struct out *o, const char *const *names, int count, int index, bool abbreviated)
{
	if (index < 0 || index >= count)
		put(o, "?", 1);
	else
		put(o, names[index], abbreviated ? 3 : strlen(names[index]));
}

/*
 * ISO 8601 weeks begin on Monday and belong to the year that holds their
 * Thursday.  Returns the week and adjusts the year.
 */
static int
iso_week(const struct tm *tm, int64_t *year)
{
	int from_monday = (tm->tm_wday + 6) % 7;
	int week = (tm->tm_yday - from_monday + 10) / 7;

	if (week < 1) {
		/* In the last week of the year before: count from there. */
		int days = is_leap(*year - 1) ? 366 : 365;

		--*year;
		return (tm->tm_yday + days - from_monday + 10) / 7;
	}
	/* Week 53 exists only if its Thursday is still in this year. */
	if (week == 53 && tm->tm_yday - from_monday + 3 >= (is_leap(*year) ? 366 : 365)) {
		++*year;
		return 1;
	}
	return week;
}

static void
put_zone_offset(struct out *o, const struct tm *tm)
{
	long minutes = tm->tm_gmtoff / 60;

	if (tm->tm_isdst < 0)
		return;
	put(o, tm->tm_gmtoff < 0 ? "-" : "+", 1);
	if (minutes < 0)
		minutes = -minutes;
	put_number(o, minutes / 60 * 100 + minutes % 60, 4, '0');
}

/* Years before 0 divide towards minus infinity: year -1 is century -1, 99. */
static int64_t
century_of(int64_t year)
{
	return year / 100 - (year % 100 < 0);
}

static void format(struct out *, const char *, const struct tm *);

static void
put_year_part(struct out *o, char conversion, const struct tm *tm)
{
	int64_t year = (int64_t)tm->tm_year + 1900;

	if (conversion == 'G' || conversion == 'g')
		iso_week(tm, &year);
	switch (conversion) {
	case 'C':
		put_number(o, century_of(year), 2, '0');
		break;
	case 'y':
	case 'g':
		put_number(o, year - century_of(year) * 100, 2, '0');
		break;
	default:
		put_number(o, year, 1, '0');
		break;
	}
}

static void
put_seconds_since_epoch(struct out *o, const struct tm *tm)
{
	struct tm copy = *tm;
	long offset = tm->tm_gmtoff;

	put_number(o, timegm(&copy) - offset, 1, '0');
}

/* The conversions that stand for other formats, as the C locale has them. */
static const char *
composite(char conversion)
{
	switch (conversion) {
	case 'c':
		return "%a %b %e %H:%M:%S %Y";
	case 'D':
	case 'x':
		return "%m/%d/%y";
	case 'F':
		return "%Y-%m-%d";
	case 'R':
		return "%H:%M";
	case 'r':
		return "%I:%M:%S %p";
	case 'T':
	case 'X':
		return "%H:%M:%S";
	case 'v':
		return "%e-%b-%Y";
	case '+':
		return "%a %b %e %H:%M:%S %Z %Y";
	default:
		return NULL;
	}
}

static bool
put_number_conversion(struct out *o, char conversion, const struct tm *tm)
{
	int hour12 = tm->tm_hour % 12 == 0 ? 12 : tm->tm_hour % 12;
	int64_t year = (int64_t)tm->tm_year + 1900;

	switch (conversion) {
	case 'd':
		put_number(o, tm->tm_mday, 2, '0');
		return true;
	case 'e':
		put_number(o, tm->tm_mday, 2, ' ');
		return true;
	case 'H':
		put_number(o, tm->tm_hour, 2, '0');
		return true;
	case 'I':
		put_number(o, hour12, 2, '0');
		return true;
	case 'j':
		put_number(o, tm->tm_yday + 1, 3, '0');
		return true;
	case 'k':
		put_number(o, tm->tm_hour, 2, ' ');
		return true;
	case 'l':
		put_number(o, hour12, 2, ' ');
		return true;
	case 'M':
		put_number(o, tm->tm_min, 2, '0');
		return true;
	case 'm':
		put_number(o, tm->tm_mon + 1, 2, '0');
		return true;
	case 'S':
		put_number(o, tm->tm_sec, 2, '0');
		return true;
	case 'U':
		put_number(o, (tm->tm_yday + 7 - tm->tm_wday) / 7, 2, '0');
		return true;
	case 'u':
		put_number(o, tm->tm_wday == 0 ? 7 : tm->tm_wday, 1, '0');
		return true;
	case 'V':
		put_number(o, iso_week(tm, &year), 2, '0');
		return true;
	case 'W':
		put_number(o, (tm->tm_yday + 7 - (tm->tm_wday + 6) % 7) / 7, 2, '0');
		return true;
	case 'w':
		put_number(o, tm->tm_wday, 1, '0');
		return true;
	default:
		return false;
	}
}

static void
convert(struct out *o, char conversion, const struct tm *tm)
{
	const char *meaning = composite(conversion);

	if (meaning != NULL) {
		format(o, meaning, tm);
		return;
	}
	if (put_number_conversion(o, conversion, tm))
		return;
	switch (conversion) {
	case 'A':
	case 'a':
		put_name(o, __day_names, 7, tm->tm_wday, conversion == 'a');
		break;
	case 'B':
	case 'b':
	case 'h':
		put_name(o, __month_names, 12, tm->tm_mon, conversion != 'B');
		break;
	case 'C':
	case 'G':
	case 'g':
	case 'Y':
	case 'y':
		put_year_part(o, conversion, tm);
		break;
	case 'n':
		put(o, "\n", 1);
		break;
	case 'p':
		put_string(o, tm->tm_hour >= 12 ? "PM" : "AM");
		break;
	case 's':
		put_seconds_since_epoch(o, tm);
		break;
	case 't':
		put(o, "\t", 1);
		break;
	case 'Z':
		if (tm->tm_zone != NULL)
			put_string(o, tm->tm_zone);
		else if (tm->tm_isdst >= 0)
			put_string(o, tzname[tm->tm_isdst > 0]);
		break;
	case 'z':
		put_zone_offset(o, tm);
		break;
	default:
		put(o, &conversion, 1);
		break;
	}
}

static void
format(struct out *o, const char *f, const struct tm *tm)
{
	for (; *f != '\0'; f++) {
		if (*f != '%') {
			put(o, f, 1);
			continue;
		}
		f++;
		/* Alternative eras and digits: the C locale has none. */
		if (*f == 'E' || *f == 'O')
			f++;
		if (*f == '\0')
			return;
		convert(o, *f, tm);
	}
}

size_t
strftime(char *restrict buf, size_t size, const char *restrict f, const struct tm *restrict tm)
{
	struct out o = { buf, size > 0 ? size - 1 : 0, 0 };

	format(&o, f, tm);
	if (size == 0 || o.size != size - 1) {
		errno = ERANGE;
		return 0;
	}
	buf[o.len] = '\0';
	return o.len;
}

size_t
strftime_l(char *restrict buf, size_t size, const char *restrict f, const struct tm *restrict tm,
    locale_t locale)
{
	(void)locale;
	return strftime(buf, size, f, tm);
}

size_t
strftime_z(timezone_t restrict zone, char *restrict buf, size_t size, const char *restrict f,
    const struct tm *restrict tm)
{
	(void)zone;
	return strftime(buf, size, f, tm);
}

size_t
strftime_lz(timezone_t restrict zone, char *restrict buf, size_t size, const char *restrict f,
    const struct tm *restrict tm, locale_t locale)
{
	(void)zone;
	(void)locale;
	return strftime(buf, size, f, tm);
}
