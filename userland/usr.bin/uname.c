/* uname: what system this is. */
#include <sys/utsname.h>
#include <sys/sysctl.h>
#include <err.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: uname [-amnoprsv]\n";

int
main(int argc, char **argv)
{
	enum {
		SHOW_MACHINE = 1, SHOW_NODE = 2, SHOW_ARCHITECTURE = 4, SHOW_RELEASE = 8, SHOW_SYSTEM = 16, SHOW_VERSION = 32
	};
	char architecture[64] = "";
	size_t size = sizeof(architecture);
	struct utsname u;
	int c, what = 0;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "amnoprsv")) != -1) {
		switch (c) {
		case 'a': what |= SHOW_MACHINE | SHOW_NODE | SHOW_RELEASE | SHOW_SYSTEM | SHOW_VERSION; break;
		case 'm': what |= SHOW_MACHINE; break;
		case 'n': what |= SHOW_NODE; break;
		case 'p': what |= SHOW_ARCHITECTURE; break;
		case 'r': what |= SHOW_RELEASE; break;
		case 'o': case 's': what |= SHOW_SYSTEM; break;
		case 'v': what |= SHOW_VERSION; break;
		default: usage_error(usage);
		}
	}
	if (optind != argc)
		usage_error(usage);
	if (what == 0)
		what = SHOW_SYSTEM;
	if (uname(&u) == -1)
		err(1, "uname");
	if (what & SHOW_ARCHITECTURE && sysctlbyname("hw.machine_arch", architecture, &size, NULL, 0) == -1)
		err(1, "hw.machine_arch");

	const struct {
		int which;
		const char *text;
	} parts[] = {
		{ SHOW_SYSTEM, u.sysname }, { SHOW_NODE, u.nodename }, { SHOW_RELEASE, u.release }, { SHOW_VERSION, u.version },
		{ SHOW_MACHINE, u.machine }, { SHOW_ARCHITECTURE, architecture },
	};
	const char *separator = "";

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (what & parts[i].which) {
			printf("%s%s", separator, parts[i].text);
			separator = " ";
		}
	}
	putchar('\n');
	return output_failed();
}
