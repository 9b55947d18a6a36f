/* env: run a command in another environment, or print this one. */
#include <err.h>
#include <errno.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: env [-0i] [-u name] [name=value ...] [command [argument ...]]\n";

int
main(int argc, char **argv)
{
	extern char **environ;
	static char *nothing[] = { NULL };
	char end = '\n';
	int c;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "+0iu:-")) != -1) {
		switch (c) {
		case '0': end = '\0'; break;
		case '-':	/* "env -" is what -i was called once */
		case 'i': environ = nothing; break;
		case 'u':
			if (unsetenv(optarg) == -1)
				err(125, "%s", optarg);
			break;
		default: usage_error(usage);
		}
	}
	argv += optind;
	if (*argv != NULL && strcmp(*argv, "-") == 0) {
		environ = nothing;
		argv++;
	}
	for (; *argv != NULL && strchr(*argv, '=') != NULL; argv++)
		if (putenv(*argv) == -1)
			err(125, "%s", *argv);
	if (*argv != NULL) {
		execvp(*argv, argv);
		err(errno == ENOENT ? 127 : 126, "%s", *argv);
	}
	for (char **e = environ; *e != NULL; e++)
		printf("%s%c", *e, end);
	return output_failed();
}
