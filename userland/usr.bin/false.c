/* false: fail. */
#include "command.h"

int
main(int argc, char **argv)
{
	answer_help(argc, argv, "usage: false\n");
	return 1;
}
