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
	enum { MACHINE = 1, NODE = 2, ARCHITECTURE = 4, RELEASE = 8, SYSTEM = 16, VERSION = 32 };
	char architecture[64] = "";
	size_t size = sizeof(architecture);
	struct utsname u;
	int c, what = 0;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "amnoprsv")) != -1) {
		switch (c) {
		case 'a': what |= MACHINE | NODE | RELEASE | SYSTEM | VERSION; break;
		case 'm': what |= MACHINE; break;
		case 'n': what |= NODE; break;
		case 'p': what |= ARCHITECTURE; break;
		case 'r': what |= RELEASE; break;
		case 'o': case 's': what |= SYSTEM; break;
		case 'v': what |= VERSION; break;
		default: usage_error(usage);
		}
	}
	if (optind != argc)
		usage_error(usage);
	if (what == 0)
		what = SYSTEM;
	if (uname(&u) == -1)
		err(1, "uname");
	if (what & ARCHITECTURE && sysctlbyname("hw.machine_arch", architecture, &size, NULL, 0) == -1)
		err(1, "hw.machine_arch");

	const struct {
		int which;
		const char *text;
	} parts[] = {
		{ SYSTEM, u.sysname }, { NODE, u.nodename }, { RELEASE, u.release }, { VERSION, u.version },
		{ MACHINE, u.machine }, { ARCHITECTURE, architecture },
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
