/* true: succeed. */
#include "command.h"

int
main(int argc, char **argv)
{
	answer_help(argc, argv, "usage: true\n");
	return 0;
}
