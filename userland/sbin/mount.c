/* mount: list what is mounted. File systems are mounted by the kernel at boot. */
#include <sys/param.h>
#include <sys/statvfs.h>
#include <err.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: mount [-pv] [-t type]\n";

int
main(int argc, char **argv)
{
	static const struct {
		unsigned long flag;
		const char *name;
	} names[] = {
		{ ST_RDONLY, "read-only" }, { ST_NOEXEC, "noexec" }, { ST_NOSUID, "nosuid" }, { ST_NODEV, "nodev" },
		{ ST_SYNCHRONOUS, "synchronous" }, { ST_LOCAL, "local" },
	};
	const char *type = NULL;
	bool table = false;
	struct statvfs *mounted;
	int c, count;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "pt:v")) != -1) {
		switch (c) {
		case 'p': table = true; break;
		case 't': type = optarg; break;
		case 'v': break;
		default: usage_error(usage);
		}
	}
	if (optind != argc)
		errx(1, "file systems cannot be mounted from here");
	count = getmntinfo(&mounted, MNT_NOWAIT);
	if (count == 0)
		err(1, "getmntinfo");
	for (int i = 0; i < count; i++) {
		const struct statvfs *fs = &mounted[i];
		const char *separator = " (";

		if (type != NULL && strcmp(type, fs->f_fstypename) != 0)
			continue;
		if (table) {
			printf("%-10s\t%-15s\t%s\t%s\t0 0\n", fs->f_mntfromname, fs->f_mntonname, fs->f_fstypename,
			    fs->f_flag & ST_RDONLY ? "ro" : "rw");
			continue;
		}
		printf("%s on %s type %s", fs->f_mntfromname, fs->f_mntonname, fs->f_fstypename);
		for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++) {
			if (fs->f_flag & names[k].flag) {
				printf("%s%s", separator, names[k].name);
				separator = ", ";
			}
		}
		puts(separator[0] == ',' ? ")" : "");
	}
	return output_failed();
}
