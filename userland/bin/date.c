/* date: print the date and the time, or set them. */
#include <sys/stat.h>
#include <sys/time.h>
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

static const char usage[] =
    "usage: date [-ju] [-r seconds | -r file] [[[[[[CC]yy]mm]dd]HH]MM[.SS]] [+format]\n";

static int
pair(const char *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		errx(1, "illegal time format");
	return (p[0] - '0') * 10 + p[1] - '0';
}

/* [[[[[CC]yy]mm]dd]HH]MM[.SS]: what is left out stays as it is now; seconds become 0. */
static time_t
parse(const char *text, time_t now)
{
	struct tm tm = *localtime(&now);
	const char *dot = strchr(text, '.');
	size_t length = dot != NULL ? (size_t)(dot - text) : strlen(text);
	const char *p = text + length;
	int *fields[] = { &tm.tm_min, &tm.tm_hour, &tm.tm_mday, &tm.tm_mon };
	time_t result;

	if (length < 2 || length > 12 || length % 2 != 0 || (dot != NULL && strlen(dot) != 3))
		errx(1, "illegal time format");
	tm.tm_sec = dot != NULL ? pair(dot + 1) : 0;
	for (size_t i = 0; i < 4 && p > text; i++)
		*fields[i] = pair(p -= 2);
	if (length >= 8)
		tm.tm_mon--;
	if (p > text) {
		tm.tm_year = pair(p -= 2);
		if (p > text)
			tm.tm_year += pair(p - 2) * 100 - 1900;
		else if (tm.tm_year < 69)
			tm.tm_year += 100;
	}
	tm.tm_isdst = -1;
	if (tm.tm_mon > 11 || tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 61 ||
	    (result = mktime(&tm)) == (time_t)-1)
		errx(1, "nonexistent time");
	return result;
}

int
main(int argc, char **argv)
{
	const char *format = "+%a %b %e %H:%M:%S %Z %Y";
	bool set = true;
	char buffer[1024], *end;
	struct timeval tv = { 0 };
	struct stat st;
	time_t when = time(NULL);
	int c;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "jr:u")) != -1) {
		switch (c) {
		case 'j': set = false; break;
		case 'r':
			when = strtoll(optarg, &end, 0);
			if (*optarg == '\0' || *end != '\0') {
				if (stat(optarg, &st) == -1)
					err(1, "%s", optarg);
				when = st.st_mtime;
			}
			break;
		case 'u': setenv("TZ", "UTC0", 1); tzset(); break;
		default: usage_error(usage);
		}
	}
	argv += optind;
	if (*argv != NULL && **argv != '+') {
		tv.tv_sec = when = parse(*argv++, when);
		if (set && settimeofday(&tv, NULL) == -1)
			err(1, "settimeofday");
	}
	if (*argv != NULL && **argv == '+')
		format = *argv++;
	if (*argv != NULL)
		usage_error(usage);
	/* The plus goes along, so that an empty result can be told from one that does not fit. */
	if (strftime(buffer, sizeof(buffer), format, localtime(&when)) == 0)
		errx(1, "the format gives too long a result");
	puts(buffer + 1);
	return output_failed();
}
