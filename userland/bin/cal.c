/*
 * cal: a month, or a year, of the calendar.
 *
 * The Gregorian calendar begins after 2 September 1752, as it did in Britain.
 */
#define _OPENBSD_SOURCE	/* strtonum */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: cal [-y] [[month] year]\n"
    "  -y  the whole year\n";

#define MONTH_WIDTH	20
#define WEEKS		6

static const char *const month_names[] = {
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
	"November", "December",
};

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year <= 1752 || year % 100 != 0 || year % 400 == 0);
}

static int
days_in(int month, int year)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month] + (month == 1 && is_leap(year));
}

/* 0 is Sunday.  1 January 1 was a Saturday; in the Gregorian calendar, had there been one, a Monday. */
static int
weekday(int month, int year)
{
	int before = year - 1, days = before * 365 + before / 4;

	days += year <= 1752 ? 6 : 1 - before / 100 + before / 400;
	if (year == 1752 && month > 8)
		days -= 11;
	for (int m = 0; m < month; m++)
		days += days_in(m, year);
	return days % 7;
}

/* Weeks of text, each MONTH_WIDTH wide. */
static void
fill(int month, int year, char text[WEEKS][MONTH_WIDTH + 1])
{
	int column = weekday(month, year), week = 0, count = days_in(month, year);

	for (int i = 0; i < WEEKS; i++) {
		memset(text[i], ' ', MONTH_WIDTH);
		text[i][MONTH_WIDTH] = '\0';
	}
	for (int day = 1; day <= count; day++) {
		char number[4];

		if (year == 1752 && month == 8 && day == 3)
			day = 14;
		snprintf(number, sizeof(number), "%2d", day);
		memcpy(text[week] + 3 * column, number, 2);
		if (++column == 7) {
			column = 0;
			week++;
		}
	}
}

static void
put_trimmed(char *line)
{
	size_t length = strlen(line);

	while (length > 0 && line[length - 1] == ' ')
		length--;
	printf("%.*s\n", (int)length, line);
}

static void
put_month(int month, int year)
{
	char text[WEEKS][MONTH_WIDTH + 1], title[64];
	int length = snprintf(title, sizeof(title), "%s %d", month_names[month], year);

	printf("%*s%s\nSu Mo Tu We Th Fr Sa\n", (MONTH_WIDTH - length) / 2, "", title);
	fill(month, year, text);
	for (int i = 0; i < WEEKS; i++)
		put_trimmed(text[i]);
}

static void
put_year(int year)
{
	char text[3][WEEKS][MONTH_WIDTH + 1], line[80], title[16];
	int length = snprintf(title, sizeof(title), "%d", year);

	printf("%*s%s\n\n", (64 - length) / 2, "", title);
	for (int row = 0; row < 12; row += 3) {
		line[0] = '\0';
		for (int i = 0; i < 3; i++) {
			int half = (MONTH_WIDTH - (int)strlen(month_names[row + i])) / 2;

			fill(row + i, year, text[i]);
			snprintf(line + strlen(line), sizeof(line) - strlen(line), "%*s%-*s%s", half, "",
			    MONTH_WIDTH - half, month_names[row + i], i < 2 ? "  " : "");
		}
		put_trimmed(line);
		puts("Su Mo Tu We Th Fr Sa  Su Mo Tu We Th Fr Sa  Su Mo Tu We Th Fr Sa");
		for (int week = 0; week < WEEKS; week++) {
			snprintf(line, sizeof(line), "%s  %s  %s", text[0][week], text[1][week], text[2][week]);
			put_trimmed(line);
		}
	}
}

static int
number(const char *text, int high, const char *what)
{
	const char *wrong;
	int n = (int)strtonum(text, 1, high, &wrong);

	if (wrong != NULL)
		errx(1, "%s: not a %s from 1 to %d", text, what, high);
	return n;
}

int
main(int argc, char **argv)
{
	time_t now = time(NULL);
	struct tm *tm = localtime(&now);
	int c, month = tm->tm_mon, year = tm->tm_year + 1900, count;
	bool whole = false;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "y")) != -1) {
		if (c == '?')
			usage(1);
		whole = true;
	}
	count = argc - optind;
	if (count > 2)
		usage(1);
	if (count == 2)
		month = number(argv[optind], 12, "month") - 1;
	if (count > 0)
		year = number(argv[argc - 1], 9999, "year");
	if (whole || count == 1)
		put_year(year);
	else
		put_month(month, year);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return 0;
}
