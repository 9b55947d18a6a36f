/* chmod: change the mode of files. */
#include <sys/stat.h>
#include <err.h>
#include <fts.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: chmod [-R [-H | -L | -P]] [-fhv] mode file ...\n";

static bool quiet, verbose;

static int
change(FTS *files, const void *set, bool recursive, bool links)
{
	int status = 0;
	FTSENT *f;

	while ((f = fts_read(files)) != NULL) {
		mode_t mode;

		switch (f->fts_info) {
		case FTS_D:
			if (!recursive)
				fts_set(files, f, FTS_SKIP);
			break;
		case FTS_DP:
			continue;
		case FTS_SL:
		case FTS_SLNONE:
			/* Modes of links that a walk meets do not matter. */
			if (f->fts_info == FTS_SL && !links && recursive)
				continue;
			break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			if (!quiet) {
				warnc(f->fts_errno, "%s", f->fts_path);
				status = 1;
			}
			if (f->fts_info != FTS_DNR)
				continue;
			break;
		default:
			break;
		}
		mode = getmode(set, f->fts_statp->st_mode);
		if ((links ? lchmod : chmod)(f->fts_accpath, mode & 07777) == -1) {
			if (!quiet) {
				warn("%s", f->fts_path);
				status = 1;
			}
		} else if (verbose)
			printf("%s\n", f->fts_path);
	}
	return status;
}

int
main(int argc, char **argv)
{
	bool recursive = false, links = false;
	int follow = 0, status;
	FTS *files;
	void *set;

	answer_help(argc, argv, usage);
	/* A mode may look like an option ("-w"), so options are taken apart by hand. */
	for (argv++, argc--; argc > 0 && argv[0][0] == '-' && argv[0][1] != '\0'; argv++, argc--) {
		if (strcmp(argv[0], "--") == 0) {
			argv++, argc--;
			break;
		}
		if (argv[0][strspn(argv[0] + 1, "RHLPfhv") + 1] != '\0')
			break;
		for (const char *p = argv[0] + 1; *p != '\0'; p++) {
			switch (*p) {
			case 'R': recursive = true; break;
			case 'f': quiet = true; break;
			case 'h': links = true; break;
			case 'v': verbose = true; break;
			default: follow = *p;
			}
		}
	}
	if (argc < 2)
		usage_error(usage);
	if ((set = setmode(argv[0])) == NULL)
		errx(1, "invalid file mode: %s", argv[0]);
	files = fts_open(argv + 1, (follow == 'L' ? FTS_LOGICAL : FTS_PHYSICAL) |
	    (follow == 'H' || (!recursive && !links) ? FTS_COMFOLLOW : 0), NULL);
	if (files == NULL)
		err(1, NULL);
	status = change(files, set, recursive, links);
	return output_failed() ? 1 : status;
}
