/* halt, reboot, poweroff: stop the machine. Called as reboot, it is to start again. */
#include <sys/reboot.h>
#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] =
    "usage: halt [-npq]\n"
    "       reboot [-nq]\n"
    "       poweroff [-nq]\n";

int
main(int argc, char **argv)
{
	bool quick = false;
	int c, how = RB_HALT;

	answer_help(argc, argv, usage);
	if (strcmp(getprogname(), "reboot") == 0)
		how = RB_AUTOBOOT;
	else if (strcmp(getprogname(), "poweroff") == 0)
		how = RB_POWERDOWN;
	while ((c = getopt(argc, argv, "npq")) != -1) {
		switch (c) {
		case 'n': how |= RB_NOSYNC; break;
		case 'p': how |= RB_POWERDOWN; break;
		case 'q': quick = true; break;
		default: usage_error(usage);
		}
	}
	if (optind != argc)
		usage_error(usage);
	if (geteuid() != 0)
		errx(1, "you have to be the superuser");
	if (!quick) {
		/* Let everybody end in peace: ask, wait a little, insist. We are not among those that die. */
		signal(SIGTERM, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		if (kill(-1, SIGTERM) == 0) {
			sleep(1);
			kill(-1, SIGKILL);
		}
		sync();
	}
	reboot(how, NULL);
	err(1, "reboot");
}
