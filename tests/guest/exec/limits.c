/* How much can be passed: ARG_MAX bytes of strings, and no more than the stack takes (spec B.1). */
#include <sys/resource.h>
#include <limits.h>

#include "exec.h"

#define MAX (256 * 1024)
#define E2BIG_CODE (200 + E2BIG)
#define ENOMEM_CODE (200 + ENOMEM)

static char *
text(size_t length)
{
	char *s = malloc(length + 1);

	memset(s, 'a', length);
	s[length] = '\0';
	return s;
}

int
main(int argc, char **argv)
{
	char *small = "limits", *args[6] = { small, "child" }, *envs[3] = { NULL };
	const size_t used = strlen(small) + 1 + strlen("child") + 1;
	char *big, **pointers;
	struct rlimit stack;
	pid_t pid;
	int status;

	if (argc > 1)
		return 21;
	CHECK_EQ(sysconf(_SC_ARG_MAX), MAX);
	/* Exactly as much as fits, with its NULs; then one byte more. In one string, in several, in the environment. */
	args[2] = text(MAX - used - 1);
	CHECK_EQ(exec_in_child("/bin/limits", args, envs), 21);
	args[2] = text(MAX - used);
	CHECK_EQ(exec_in_child("/bin/limits", args, envs), E2BIG_CODE);
	args[2] = text(1000);
	args[3] = text(MAX - used - 1001 - 1);
	CHECK_EQ(exec_in_child("/bin/limits", args, envs), 21);
	args[3] = text(MAX - used - 1001);
	CHECK_EQ(exec_in_child("/bin/limits", args, envs), E2BIG_CODE);
	args[3] = NULL;
	envs[0] = text(MAX - used - 1001 - 1);
	CHECK_EQ(exec_in_child("/bin/limits", args, envs), 21);
	envs[0] = text(MAX - used - 1001);
	CHECK_EQ(exec_in_child("/bin/limits", args, envs), E2BIG_CODE);
	envs[0] = NULL;

	/* Many short ones: the pointers are not counted, but they need room on the stack. */
	pointers = calloc(100001, sizeof(char *));
	for (int i = 0; i < 100000; i++)
		pointers[i] = "x";
	CHECK_EQ(exec_in_child("/bin/limits", pointers, envs), 21);
	/* A string without end. */
	big = text(4 * MAX);
	args[2] = big;
	CHECK_EQ(exec_in_child("/bin/limits", args, envs), E2BIG_CODE);

	pid = fork();
	if (pid == 0) {
		CHECK_EQ(getrlimit(RLIMIT_STACK, &stack), 0);
		stack.rlim_cur = 64 * 1024;
		CHECK_EQ(setrlimit(RLIMIT_STACK, &stack), 0);
		args[2] = text(100 * 1024);
		CHECK_EQ(exec_in_child("/bin/limits", args, envs), ENOMEM_CODE);
		args[2] = text(30 * 1024);
		CHECK_EQ(exec_in_child("/bin/limits", args, envs), 21);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	/* A program with more data than RLIMIT_DATA allows. */
	pid = fork();
	if (pid == 0) {
		struct rlimit data = { 100, 100 };

		CHECK_EQ(setrlimit(RLIMIT_DATA, &data), 0);
		args[2] = NULL;
		execve("/bin/limits", args, envs);
		_exit(errno != ENOMEM);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	return 0;
}
