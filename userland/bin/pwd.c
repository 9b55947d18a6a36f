/* pwd: print the working directory. */
#include <sys/stat.h>
#include <err.h>
#include <limits.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: pwd [-L | -P]\n";

/* $PWD, if it is an absolute path of this directory without "." and ".." in it. */
static const char *
logical(void)
{
	const char *pwd = getenv("PWD"), *p;
	struct stat there, here;

	if (pwd == NULL || *pwd != '/')
		return NULL;
	for (p = pwd; (p = strstr(p, "/.")) != NULL; p += 2)
		if (p[2] == '\0' || p[2] == '/' || (p[2] == '.' && (p[3] == '\0' || p[3] == '/')))
			return NULL;
	if (stat(pwd, &there) == -1 || stat(".", &here) == -1)
		return NULL;
	return there.st_dev == here.st_dev && there.st_ino == here.st_ino ? pwd : NULL;
}

int
main(int argc, char **argv)
{
	bool physical = false;
	const char *directory = NULL;
	char buffer[PATH_MAX];
	int c;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "LP")) != -1) {
		if (c == '?')
			usage_error(usage);
		physical = c == 'P';
	}
	if (optind != argc)
		usage_error(usage);
	if (!physical)
		directory = logical();
	if (directory == NULL)
		directory = getcwd(buffer, sizeof(buffer));
	if (directory == NULL)
		err(1, "getcwd");
	puts(directory);
	return output_failed();
}
