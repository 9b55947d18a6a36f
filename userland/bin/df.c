/* df: how full the file systems are. */
#include <sys/param.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <err.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: df [-aghiklmPT] [-t type] [file | file_system ...]\n";

static bool human, inodes, portable, types;
static long block_size = 512;

static void
put_size(unsigned long long bytes, int width)
{
	char buffer[8];

	if (human) {
		humanize_number(buffer, 5, (int64_t)bytes, "", HN_AUTOSCALE, HN_B | HN_NOSPACE | HN_DECIMAL);
		printf(" %*s", width, buffer);
	} else
		printf(" %*llu", width, (bytes + (unsigned long)block_size - 1) / (unsigned long)block_size);
}

/* Used space in percent of what users may fill, rounded up as POSIX says. */
static void
put_percent(unsigned long long used, unsigned long long total)
{
	if (total == 0)
		printf(" %7s", "100%");
	else
		printf(" %6llu%%", (used * 100 + total - 1) / total);
}

static void
heading(int name_width)
{
	const char *unit = block_size == 1024 ? "1K-blocks" : block_size == 1048576 ? "1M-blocks" :
	    block_size == 1073741824 ? "1G-blocks" : "512-blocks";

	if (portable)
		unit = block_size == 1024 ? "1024-blocks" : "512-blocks";
	printf("%-*s", name_width, "Filesystem");
	if (types)
		printf(" %-8s", "Type");
	printf(" %*s %10s %10s %7s", human ? 6 : 11, human ? "Size" : unit, "Used", "Avail",
	    portable ? "Capacity" : "%Cap");
	if (inodes)
		printf(" %10s %10s %5s", "iUsed", "iAvail", "%iCap");
	printf(" Mounted on\n");
}

static void
print(const struct statvfs *fs, int name_width)
{
	unsigned long long unit = fs->f_frsize, used = (fs->f_blocks - fs->f_bfree) * unit;
	unsigned long long available = fs->f_bavail * unit;

	printf("%-*s", name_width, fs->f_mntfromname);
	if (types)
		printf(" %-8s", fs->f_fstypename);
	put_size(fs->f_blocks * unit, human ? 6 : 11);
	put_size(used, 10);
	put_size(available, 10);
	put_percent(used, used + available);
	if (inodes) {
		unsigned long long files = fs->f_files - fs->f_ffree;

		printf(" %10llu %10llu", files, (unsigned long long)fs->f_favail);
		if (fs->f_files == 0)
			printf(" %5s", "-");
		else
			printf(" %4llu%%", (files * 100 + fs->f_files - 1) / fs->f_files);
	}
	printf(" %s\n", fs->f_mntonname);
}

int
main(int argc, char **argv)
{
	bool all = false;
	const char *type = NULL;
	struct statvfs *mounted, *chosen;
	int c, count, found = 0, status = 0, name_width = 10;

	answer_help(argc, argv, usage);
	if (getenv("BLOCKSIZE") != NULL)
		getbsize(&c, &block_size);
	while ((c = getopt(argc, argv, "aghiklmPTt:")) != -1) {
		switch (c) {
		case 'a': all = true; break;
		case 'g': block_size = 1073741824; human = false; break;
		case 'h': human = true; break;
		case 'i': inodes = true; break;
		case 'k': block_size = 1024; human = false; break;
		case 'l': break;	/* everything here is local */
		case 'm': block_size = 1048576; human = false; break;
		case 'P': portable = true; break;
		case 'T': types = true; break;
		case 't': type = optarg; break;
		default: usage_error(usage);
		}
	}
	argc -= optind;
	argv += optind;
	count = getmntinfo(&mounted, MNT_NOWAIT);
	if (count == 0)
		err(1, "getmntinfo");
	chosen = calloc((size_t)(argc > count ? argc : count), sizeof(*chosen));
	if (chosen == NULL)
		err(1, NULL);
	for (int i = 0; i < (argc > 0 ? argc : count); i++) {
		if (argc == 0)
			chosen[found] = mounted[i];
		else if (statvfs(argv[i], &chosen[found]) == -1) {
			warn("%s", argv[i]);
			status = 1;
			continue;
		}
		if (type != NULL && strcmp(type, chosen[found].f_fstypename) != 0)
			continue;
		/* File systems without blocks are not what one asks for, unless by name. */
		if (argc == 0 && !all && type == NULL && chosen[found].f_blocks == 0)
			continue;
		if ((int)strlen(chosen[found].f_mntfromname) > name_width)
			name_width = (int)strlen(chosen[found].f_mntfromname);
		found++;
	}
	if (found > 0)
		heading(name_width);
	for (int i = 0; i < found; i++)
		print(&chosen[i], name_width);
	return output_failed() ? 1 : status;
}
