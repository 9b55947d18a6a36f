/* nice: run a command with another scheduling priority. */
#include <sys/resource.h>
#include <err.h>
#include <errno.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: nice [-n increment] [command [argument ...]]\n";

int
main(int argc, char **argv)
{
	long increment = 10;
	char *end;
	int c, current;

	answer_help(argc, argv, usage);
	/* "nice -5 command", as it was written before there was -n. */
	if (argc > 1 && argv[1][0] == '-' && argv[1][1] >= '0' && argv[1][1] <= '9') {
		increment = strtol(argv[1] + 1, &end, 10);
		if (*end != '\0')
			errx(1, "invalid increment %s", argv[1]);
		optind = 2;
	} else {
		while ((c = getopt(argc, argv, "+n:")) != -1) {
			if (c != 'n')
				usage_error(usage);
			increment = strtol(optarg, &end, 10);
			if (*optarg == '\0' || *end != '\0')
				errx(1, "invalid increment %s", optarg);
		}
	}
	errno = 0;
	current = getpriority(PRIO_PROCESS, 0);
	if (current == -1 && errno != 0)
		err(1, "getpriority");
	if (optind == argc) {
		printf("%d\n", current);
		return output_failed();
	}
	if (setpriority(PRIO_PROCESS, 0, current + (int)increment) == -1)
		warn("setpriority");	/* the command runs all the same, says POSIX */
	execvp(argv[optind], argv + optind);
	err(errno == ENOENT ? 127 : 126, "%s", argv[optind]);
}
