/* mknod: make device nodes, and named pipes. */
#include <sys/stat.h>
#include <err.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] =
    "usage: mknod [-m mode] name b | c major minor\n"
    "       mknod [-m mode] name p\n";

static unsigned long
number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (*text == '\0' || *end != '\0')
		errx(1, "%s: not a number", text);
	return value;
}

int
main(int argc, char **argv)
{
	mode_t mode = 0666;
	bool exact = false;
	void *set;
	int c, result;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "m:")) != -1) {
		if (c != 'm')
			usage_error(usage);
		if ((set = setmode(optarg)) == NULL)
			errx(1, "invalid file mode: %s", optarg);
		mode = getmode(set, 0666);
		exact = true;
	}
	argc -= optind;
	argv += optind;
	if (exact)
		umask(0);
	if (argc == 2 && strcmp(argv[1], "p") == 0)
		result = mkfifo(argv[0], mode);
	else if (argc == 4 && (strcmp(argv[1], "c") == 0 || strcmp(argv[1], "b") == 0))
		result = mknod(argv[0], mode | (*argv[1] == 'c' ? S_IFCHR : S_IFBLK), makedev(number(argv[2]), number(argv[3])));
	else
		usage_error(usage);
	if (result == -1)
		err(1, "%s", argv[0]);
	return 0;
}
