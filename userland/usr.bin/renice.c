/* renice: change the scheduling priority of processes. */
#include <sys/resource.h>
#include <err.h>
#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] =
    "usage: renice priority [[-p] pid ...] [[-g] pgrp ...] [[-u] user ...]\n"
    "       renice -n increment [[-p] pid ...] [[-g] pgrp ...] [[-u] user ...]\n";

static long
number(const char *text, const char *what)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0')
		errx(1, "invalid %s %s", what, text);
	return value;
}

static int
change(int which, id_t who, long value, bool relative)
{
	int old;

	errno = 0;
	old = getpriority(which, who);
	if (old == -1 && errno != 0) {
		warn("%d: getpriority", (int)who);
		return 1;
	}
	if (relative)
		value += old;
	value = value > PRIO_MAX ? PRIO_MAX : value < PRIO_MIN ? PRIO_MIN : value;
	if (setpriority(which, who, (int)value) == -1) {
		warn("%d: setpriority", (int)who);
		return 1;
	}
	printf("%d: old priority %d, new priority %ld\n", (int)who, old, value);
	return 0;
}

int
main(int argc, char **argv)
{
	bool relative = false;
	int which = PRIO_PROCESS, status = 0;
	long value;

	answer_help(argc, argv, usage);
	argv++;
	if (*argv != NULL && strcmp(*argv, "-n") == 0) {
		relative = true;
		argv++;
	}
	if (*argv == NULL || argv[1] == NULL)
		usage_error(usage);
	value = number(*argv++, "priority");
	for (; *argv != NULL; argv++) {
		if (strcmp(*argv, "-p") == 0)
			which = PRIO_PROCESS;
		else if (strcmp(*argv, "-g") == 0)
			which = PRIO_PGRP;
		else if (strcmp(*argv, "-u") == 0)
			which = PRIO_USER;
		else {
			struct passwd *p = which == PRIO_USER ? getpwnam(*argv) : NULL;

			status |= change(which, p != NULL ? p->pw_uid : (id_t)number(*argv, "id"), value, relative);
		}
	}
	return output_failed() ? 1 : status;
}
