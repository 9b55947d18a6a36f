/* mesg: whether others may write to one's terminal. */
#include <sys/stat.h>
#include <err.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: mesg [n | y]\n";

int
main(int argc, char **argv)
{
	struct stat st;
	const char *name;

	answer_help(argc, argv, usage);
	if (argc > 2 || (argc == 2 && *argv[1] != 'n' && *argv[1] != 'y'))
		usage_error(usage);
	if ((name = ttyname(STDIN_FILENO)) == NULL && (name = ttyname(STDERR_FILENO)) == NULL)
		err(2, "ttyname");
	if (stat(name, &st) == -1)
		err(2, "%s", name);
	if (argc == 1) {
		puts(st.st_mode & S_IWGRP ? "is y" : "is n");
		return output_failed() ? 2 : (st.st_mode & S_IWGRP) == 0;
	}
	if (chmod(name, *argv[1] == 'y' ? st.st_mode | S_IWGRP : st.st_mode & ~(mode_t)S_IWGRP) == -1)
		err(2, "%s", name);
	return *argv[1] == 'n';
}
