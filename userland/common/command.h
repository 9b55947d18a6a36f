/* What every command needs. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Answer "command --help" with the usage, on standard output. */
static inline void
answer_help(int argc, char **argv, const char *usage)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		exit(fflush(stdout) == 0 ? 0 : 1);
	}
}

/* Complain about how the command was called. */
static inline _Noreturn void
usage_error(const char *usage)
{
	fputs(usage, stderr);
	exit(1);
}

/* Whether something went wrong with standard output: the last thing a command that prints asks. */
static inline int
output_failed(void)
{
	return fflush(stdout) != 0 || ferror(stdout);
}

#endif
