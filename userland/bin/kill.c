/* kill: send signals to processes. */
#include <ctype.h>
#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] =
    "usage: kill [-s signal_name | -signal_name | -signal_number] pid ...\n"
    "       kill -l [exit_status]\n";

static int
signal_of(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (*text != '\0' && *end == '\0') {
		if (number < 0 || number >= NSIG)
			errx(1, "%s: there is no such signal", text);
		return (int)number;
	}
	number = signalnumber(text);
	if (number == 0)
		errx(1, "%s: unknown signal; valid signals are what kill -l lists", text);
	return (int)number;
}

static int
list_signals(const char *status)
{
	if (status != NULL) {
		char *end;
		long number = strtol(status, &end, 10);
		const char *name;

		if (*status == '\0' || *end != '\0')
			errx(1, "%s: not a number", status);
		if (number > 128)	/* the exit status of who died of it */
			number -= 128;
		if ((name = signalname((int)number)) == NULL)
			errx(1, "%s: there is no such signal", status);
		puts(name);
		return 0;
	}
	for (int signo = signalnext(0), column = 0; signo > 0; signo = signalnext(signo)) {
		const char *name = signalname(signo);

		if (column > 0 && column + 1 + (int)strlen(name) > 72) {
			putchar('\n');
			column = 0;
		}
		column += printf("%s%s", column > 0 ? " " : "", name);
	}
	putchar('\n');
	return 0;
}

int
main(int argc, char **argv)
{
	int signo = SIGTERM, status = 0;

	answer_help(argc, argv, usage);
	argv++;
	if (*argv == NULL)
		usage_error(usage);
	if (strcmp(*argv, "-l") == 0) {
		if (argv[1] != NULL && argv[2] != NULL)
			usage_error(usage);
		return list_signals(argv[1]) || output_failed();
	}
	if (strcmp(*argv, "-s") == 0) {
		if (argv[1] == NULL)
			usage_error(usage);
		signo = strcmp(argv[1], "0") == 0 ? 0 : signal_of(argv[1]);
		argv += 2;
	} else if (argv[0][0] == '-' && argv[0][1] != '\0' && strcmp(*argv, "--") != 0) {
		signo = signal_of(*argv + 1);
		argv++;
	}
	if (*argv != NULL && strcmp(*argv, "--") == 0)
		argv++;
	if (*argv == NULL)
		usage_error(usage);
	for (; *argv != NULL; argv++) {
		char *end;
		long pid = strtol(*argv, &end, 10);

		if (**argv == '\0' || *end != '\0') {
			warnx("illegal process id: %s", *argv);
			status = 1;
		} else if (kill((pid_t)pid, signo) == -1) {
			warn("%s", *argv);
			status = 1;
		}
	}
	return status;
}
