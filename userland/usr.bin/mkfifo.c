/* mkfifo: make named pipes. */
#include <sys/stat.h>
#include <err.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: mkfifo [-m mode] fifo ...\n";

int
main(int argc, char **argv)
{
	mode_t mode = 0666;
	bool exact = false;
	void *set;
	int c, status = 0;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "m:")) != -1) {
		if (c != 'm')
			usage_error(usage);
		if ((set = setmode(optarg)) == NULL)
			errx(1, "invalid file mode: %s", optarg);
		mode = getmode(set, 0666);
		exact = true;
	}
	if (optind == argc)
		usage_error(usage);
	if (exact)
		umask(0);
	for (argv += optind; *argv != NULL; argv++)
		if (mkfifo(*argv, mode) == -1) {
			warn("%s", *argv);
			status = 1;
		}
	return status;
}
