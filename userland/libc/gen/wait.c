/*
 * The ways to wait for a child that are not system calls of their own.
 */
#include <sys/resource.h>
#include <sys/wait.h>
#include <string.h>

pid_t
wait(int *status)
{
	return wait4(WAIT_ANY, status, 0, NULL);
}

pid_t
waitpid(pid_t pid, int *status, int options)
{
	return wait4(pid, status, options, NULL);
}

pid_t
wait3(int *status, int options, struct rusage *usage)
{
	return wait4(WAIT_ANY, status, options, usage);
}

/* With WNOHANG and no child ready, si_signo and si_pid are how the caller can tell. */
int
waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	int pid = wait6(type, id, NULL, options, NULL, info);

	if (pid == -1)
		return -1;
	if (pid == 0 && info != NULL)
		memset(info, 0, sizeof(*info));
	return 0;
}
