/* sync: have everything written to disk. */
#include <unistd.h>

#include "command.h"

int
main(int argc, char **argv)
{
	answer_help(argc, argv, "usage: sync\n");
	sync();
	return 0;
}
