/* logname: the name under which the user logged in. */
#include <err.h>
#include <unistd.h>

#include "command.h"

int
main(int argc, char **argv)
{
	const char *name;

	answer_help(argc, argv, "usage: logname\n");
	if (argc != 1)
		usage_error("usage: logname\n");
	if ((name = getlogin()) == NULL || *name == '\0')
		err(1, "getlogin");
	puts(name);
	return output_failed();
}
