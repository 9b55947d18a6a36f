/* touch: set the times of files, making those that do not exist. */
#include <sys/stat.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: touch [-achm] [-d time | -r file | -t [[CC]YY]MMDDhhmm[.SS]] file ...\n";

/* Take a number of two digits off a string. */
static int
pair(const char **p)
{
	int value = ((*p)[0] - '0') * 10 + ((*p)[1] - '0');

	*p += 2;
	return value;
}

/* [[CC]YY]MMDDhhmm[.SS] */
static time_t
parse_stamp(const char *text)
{
	size_t length = strspn(text, "0123456789");
	const char *p = text;
	struct tm tm;
	time_t now = time(NULL), result;

	localtime_r(&now, &tm);
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	if (!(text[length] == '\0' || (text[length] == '.' && strspn(text + length + 1, "0123456789") == 2 &&
	    text[length + 3] == '\0')) || (length != 8 && length != 10 && length != 12))
		errx(1, "%s: a time is [[CC]YY]MMDDhhmm[.SS]", text);
	if (length == 12) {
		tm.tm_year = pair(&p) * 100 - 1900;
		tm.tm_year += pair(&p);
	} else if (length == 10) {
		tm.tm_year = pair(&p);
		if (tm.tm_year < 69)
			tm.tm_year += 100;
	}
	tm.tm_mon = pair(&p) - 1;
	tm.tm_mday = pair(&p);
	tm.tm_hour = pair(&p);
	tm.tm_min = pair(&p);
	if (*p == '.') {
		p++;
		tm.tm_sec = pair(&p);
	}
	if (tm.tm_mon > 11 || tm.tm_mon < 0 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 ||
	    tm.tm_min > 59 || tm.tm_sec > 60 || (result = mktime(&tm)) == (time_t)-1)
		errx(1, "%s: there is no such time", text);
	return result;
}

/* YYYY-MM-DD[Thh:mm[:SS[.frac]]][Z], or @seconds */
static struct timespec
parse_date(const char *text)
{
	struct timespec ts = { 0 };
	struct tm tm = { .tm_isdst = -1 };
	char *end;

	if (*text == '@') {
		ts.tv_sec = strtoll(text + 1, &end, 10);
		if (end == text + 1 || *end != '\0')
			errx(1, "%s: invalid time", text);
		return ts;
	}
	end = strptime(text, "%Y-%m-%d", &tm);
	if (end != NULL && (*end == 'T' || *end == ' ')) {
		char *rest = strptime(end + 1, "%H:%M:%S", &tm);

		end = rest != NULL ? rest : strptime(end + 1, "%H:%M", &tm);
	}
	if (end != NULL && (*end == '.' || *end == ',')) {
		long scale = 100000000;

		for (end++; *end >= '0' && *end <= '9'; end++, scale /= 10)
			ts.tv_nsec += (*end - '0') * scale;
	}
	if (end == NULL || (*end != '\0' && strcmp(end, "Z") != 0))
		errx(1, "%s: invalid time", text);
	ts.tv_sec = *end == 'Z' ? timegm(&tm) : mktime(&tm);
	return ts;
}

int
main(int argc, char **argv)
{
	bool access_only = false, modification_only = false, create = true, links = false;
	struct timespec times[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } };
	struct stat st;
	int c, fd, status = 0;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "acd:hmr:t:")) != -1) {
		switch (c) {
		case 'a': access_only = true; break;
		case 'c': create = false; break;
		case 'd': times[0] = times[1] = parse_date(optarg); break;
		case 'h': links = true; create = false; break;
		case 'm': modification_only = true; break;
		case 'r':
			if ((links ? lstat : stat)(optarg, &st) == -1)
				err(1, "%s", optarg);
			times[0] = st.st_atim;
			times[1] = st.st_mtim;
			break;
		case 't':
			times[0].tv_sec = times[1].tv_sec = parse_stamp(optarg);
			times[0].tv_nsec = times[1].tv_nsec = 0;
			break;
		default: usage_error(usage);
		}
	}
	if (optind == argc)
		usage_error(usage);
	if (access_only && !modification_only)
		times[1].tv_nsec = UTIME_OMIT;
	if (modification_only && !access_only)
		times[0].tv_nsec = UTIME_OMIT;
	for (argv += optind; *argv != NULL; argv++) {
		if ((links ? lstat : stat)(*argv, &st) == -1) {
			if (errno == ENOENT && !create)
				continue;
			if (errno != ENOENT || (fd = open(*argv, O_WRONLY | O_CREAT, 0666)) == -1) {
				warn("%s", *argv);
				status = 1;
				continue;
			}
			close(fd);
		}
		if (utimensat(AT_FDCWD, *argv, times, links ? AT_SYMLINK_NOFOLLOW : 0) == -1) {
			warn("%s", *argv);
			status = 1;
		}
	}
	return status;
}
