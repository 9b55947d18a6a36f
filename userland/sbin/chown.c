/* chown, chgrp: change the owner and the group of files. Called as chgrp, it changes the group only. */
#include <sys/stat.h>
#include <err.h>
#include <errno.h>
#include <fts.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char chown_usage[] =
    "usage: chown [-R [-H | -L | -P]] [-fhv] owner[:group] file ...\n"
    "       chown [-R [-H | -L | -P]] [-fhv] :group file ...\n";
static const char chgrp_usage[] = "usage: chgrp [-R [-H | -L | -P]] [-fhv] group file ...\n";

static unsigned
number(const char *text, const char *what)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text == '\0' || *text == '-' || *end != '\0' || errno != 0 || value >= UINT_MAX)
		errx(1, "%s: invalid %s name", text, what);
	return (unsigned)value;
}

static gid_t
find_group(const char *name)
{
	struct group *g = getgrnam(name);

	return g != NULL ? g->gr_gid : number(name, "group");
}

static uid_t
find_user(const char *name)
{
	struct passwd *p = getpwnam(name);

	return p != NULL ? p->pw_uid : number(name, "user");
}

int
main(int argc, char **argv)
{
	bool group_only = strcmp(getprogname(), "chgrp") == 0;
	bool recursive = false, quiet = false, links = false, verbose = false;
	const char *usage = group_only ? chgrp_usage : chown_usage;
	int c, status = 0, follow = 'P';
	uid_t uid = (uid_t)-1;
	gid_t gid = (gid_t)-1;
	FTS *files;
	FTSENT *f;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "HLPRfhv")) != -1) {
		switch (c) {
		case 'H': case 'L': case 'P': follow = c; break;
		case 'R': recursive = true; break;
		case 'f': quiet = true; break;
		case 'h': links = true; break;
		case 'v': verbose = true; break;
		default: usage_error(usage);
		}
	}
	argc -= optind;
	argv += optind;
	if (argc < 2)
		usage_error(usage);
	if (group_only)
		gid = find_group(argv[0]);
	else {
		char *colon = strchr(argv[0], ':');

		if (colon != NULL)
			*colon = '\0';
		if (argv[0][0] != '\0')
			uid = find_user(argv[0]);
		if (colon != NULL && colon[1] != '\0')
			gid = find_group(colon + 1);
	}
	files = fts_open(argv + 1, (recursive && follow == 'L') ? FTS_LOGICAL :
	    FTS_PHYSICAL | ((recursive ? follow == 'H' : !links) ? FTS_COMFOLLOW : 0), NULL);
	if (files == NULL)
		err(1, NULL);
	while ((f = fts_read(files)) != NULL) {
		if (f->fts_info == FTS_D && !recursive)
			fts_set(files, f, FTS_SKIP);
		else if (f->fts_info == FTS_D)
			continue;	/* after what is in it */
		if (f->fts_info == FTS_ERR || f->fts_info == FTS_NS || f->fts_info == FTS_DNR) {
			warnc(f->fts_errno, "%s", f->fts_path);
			status = 1;
			continue;
		}
		if (f->fts_info == FTS_DP && !recursive)
			continue;
		if ((links || f->fts_info == FTS_SL ? lchown : chown)(f->fts_accpath, uid, gid) == -1) {
			if (!quiet) {
				warn("%s", f->fts_path);
				status = 1;
			}
		} else if (verbose)
			printf("%s\n", f->fts_path);
	}
	return output_failed() ? 1 : status;
}
