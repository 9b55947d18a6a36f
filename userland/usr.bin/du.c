/* du: how much space file hierarchies take. */
#include <sys/stat.h>
#include <err.h>
#include <fts.h>
#include <limits.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: du [-H | -L | -P] [-a | -d depth | -s] [-cghkmnrx] [file ...]\n";

static bool human;
static long block_size = 512;

/* Files with several names count once. */
static struct seen {
	dev_t device;
	ino_t number;
} *seen;
static size_t seen_count, seen_room;

static bool
counted_before(const struct stat *st)
{
	if (st->st_nlink < 2 || S_ISDIR(st->st_mode))
		return false;
	for (size_t i = 0; i < seen_count; i++)
		if (seen[i].device == st->st_dev && seen[i].number == st->st_ino)
			return true;
	if (seen_count == seen_room) {
		seen_room = seen_room ? seen_room * 2 : 64;
		if ((seen = realloc(seen, seen_room * sizeof(*seen))) == NULL)
			err(1, NULL);
	}
	seen[seen_count].device = st->st_dev;
	seen[seen_count++].number = st->st_ino;
	return false;
}

static void
print(long long blocks, const char *path)
{
	char buffer[8];

	if (human) {
		humanize_number(buffer, 5, blocks * 512, "", HN_AUTOSCALE, HN_B | HN_NOSPACE | HN_DECIMAL);
		printf("%s\t%s\n", buffer, path);
	} else
		printf("%lld\t%s\n", (blocks * 512 + block_size - 1) / block_size, path);
}

int
main(int argc, char **argv)
{
	static char *here[] = { ".", NULL };
	bool all = false, total = false;
	int c, status = 0, depth = INT_MAX, options = FTS_PHYSICAL;
	long long sum = 0;
	FTS *files;
	FTSENT *f;

	answer_help(argc, argv, usage);
	if (getenv("BLOCKSIZE") != NULL)
		getbsize(&c, &block_size);
	while ((c = getopt(argc, argv, "HLPacd:ghkmnrsx")) != -1) {
		switch (c) {
		case 'H': options = (options & FTS_XDEV) | FTS_PHYSICAL | FTS_COMFOLLOW; break;
		case 'L': options = (options & FTS_XDEV) | FTS_LOGICAL; break;
		case 'P': options = (options & FTS_XDEV) | FTS_PHYSICAL; break;
		case 'a': all = true; break;
		case 'c': total = true; break;
		case 'd': depth = atoi(optarg); break;
		case 'g': block_size = 1073741824; human = false; break;
		case 'h': human = true; break;
		case 'k': block_size = 1024; human = false; break;
		case 'm': block_size = 1048576; human = false; break;
		case 'n': case 'r': break;
		case 's': depth = 0; break;
		case 'x': options |= FTS_XDEV; break;
		default: usage_error(usage);
		}
	}
	files = fts_open(optind == argc ? here : argv + optind, options, NULL);
	if (files == NULL)
		err(1, NULL);
	while ((f = fts_read(files)) != NULL) {
		switch (f->fts_info) {
		case FTS_D:
			break;
		case FTS_DP:
			/* fts_number gathers what lies below. */
			f->fts_number += f->fts_statp->st_blocks;
			f->fts_parent->fts_number += f->fts_number;
			if (f->fts_level <= depth)
				print(f->fts_number, f->fts_path);
			if (f->fts_level == 0)
				sum += f->fts_number;
			break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			warnc(f->fts_errno, "%s", f->fts_path);
			status = 1;
			break;
		default:
			if (counted_before(f->fts_statp))
				break;
			if ((all && f->fts_level <= depth) || f->fts_level == 0)
				print(f->fts_statp->st_blocks, f->fts_path);
			f->fts_parent->fts_number += f->fts_statp->st_blocks;
			if (f->fts_level == 0)
				sum += f->fts_statp->st_blocks;
		}
	}
	if (total)
		print(sum, "total");
	return output_failed() ? 1 : status;
}
