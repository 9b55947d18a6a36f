/* posix_spawn without memory. The test outside lets an allocation fail after each mark: the first, the second ... */
#include <sys/wait.h>
#include <spawn.h>

#include "../cow/mark.h"
#include "check.h"

extern char **environ;

int
main(int argc, char **argv)
{
	char *args[] = { "no_memory", "child", NULL };
	int failures = 0, error, status, i;
	pid_t pid;

	(void)argv;
	if (argc > 1)
		return 7;
	for (i = 0; i < 40; i++) {
		mark(i, NULL);
		error = posix_spawn(&pid, "/bin/no_memory", NULL, NULL, args, environ);
		if (error == 0) {
			CHECK_EQ(waitpid(pid, &status, 0), pid);
			CHECK_EQ(WEXITSTATUS(status), 7);
		} else {
			CHECK_EQ(error, ENOMEM);
			CHECK_ERRNO(waitpid(-1, NULL, WNOHANG), ECHILD);
			failures++;
		}
	}
	mark(1000 + failures, NULL);
	return 0;
}
