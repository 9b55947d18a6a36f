/* hostname: print the machine's name, or set it. */
#include <sys/param.h>
#include <err.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: hostname [-s] [name]\n";

int
main(int argc, char **argv)
{
	char name[MAXHOSTNAMELEN + 1];
	bool brief = false;
	int c;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "s")) != -1) {
		if (c != 's')
			usage_error(usage);
		brief = true;
	}
	if (argc - optind > 1)
		usage_error(usage);
	if (optind < argc) {
		if (sethostname(argv[optind], strlen(argv[optind])) == -1)
			err(1, "sethostname");
		return 0;
	}
	if (gethostname(name, sizeof(name)) == -1)
		err(1, "gethostname");
	if (brief)
		name[strcspn(name, ".")] = '\0';
	puts(name);
	return output_failed();
}
