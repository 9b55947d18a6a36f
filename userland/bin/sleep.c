/* sleep: do nothing for a while. */
#include <err.h>
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: sleep seconds\n";

int
main(int argc, char **argv)
{
	struct timespec ts = { 0 };
	const char *p;
	long scale = 100000000;

	answer_help(argc, argv, usage);
	if (argc == 3 && strcmp(argv[1], "--") == 0)
		argv++, argc--;
	if (argc != 2)
		usage_error(usage);
	/* By hand, for a double has no room for a nanosecond in a year. */
	for (p = argv[1]; *p >= '0' && *p <= '9' && ts.tv_sec < 1000000000000; p++)
		ts.tv_sec = ts.tv_sec * 10 + *p - '0';
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9'; p++, scale /= 10)
			ts.tv_nsec += (*p - '0') * scale;
	if (*p != '\0' || p == argv[1])
		usage_error(usage);
	while (nanosleep(&ts, &ts) == -1)
		if (errno != EINTR)
			err(1, "nanosleep");
	return 0;
}
