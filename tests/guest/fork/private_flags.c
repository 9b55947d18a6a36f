/*
 * FORK_NOWAIT, FORK_CLEANFILES and FORK_SYSTEM, which no native call passes, by a private one (decision D2, spec C.1,
 * C.8, C.12, C.17); with NOWAIT a child that starts stopped is counted on who forked it (quirk Q11).
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "baton.h"
#include "fork1.h"

int
main(void)
{
	struct baton go = new_baton(), done = new_baton();
	int status, null = open("/dev/null", O_RDONLY);

	CHECK_ERRNO(fork1(FORK_SHAREFILES | FORK_CLEANFILES), EINVAL);
	CHECK_ERRNO(fork1(0x100), EINVAL);

	pid_t pid = fork1(FORK_NOWAIT); /* init's child: not to be waited for here */
	if (pid == 0) {
		CHECK_EQ(getppid(), 1);
		await(go);
		pass(done);
		_exit(0);
	}
	CHECK_ERRNO(waitpid(pid, &status, 0), ECHILD);
	pass(go);
	await(done);

	pid = fork1(FORK_CLEANFILES); /* no descriptor at all */
	if (pid == 0) {
		_exit(fcntl(null, F_GETFD) == -1 && errno == EBADF && open("/dev/null", O_RDONLY) == 0 ? 0 : 1);
	}
	expect_exit(pid, 0);
	CHECK_EQ(fcntl(null, F_GETFD), 0);

	pid = fork1(FORK_SYSTEM); /* its children are init's when they end */
	if (pid == 0) {
		if (fork() == 0)
			_exit(0);
		_exit(wait(&status) == -1 && errno == ECHILD ? 0 : 1);
	}
	expect_exit(pid, 0);

	int on = 1; /* stopped at birth, and init's: nobody here can see it stop */
	CHECK_EQ(sysctlbyname("proc.curproc.stopfork", NULL, NULL, &on, sizeof(on)), 0);
	pid = fork1(FORK_NOWAIT);
	if (pid == 0) {
		pass(done);
		_exit(0);
	}
	on = 0;
	CHECK_EQ(sysctlbyname("proc.curproc.stopfork", NULL, NULL, &on, sizeof(on)), 0);
	CHECK_ERRNO(waitpid(pid, &status, WUNTRACED | WNOHANG), ECHILD);
	CHECK_EQ(kill(pid, SIGCONT), 0);
	await(done);

	pid = fork1(0);
	if (pid == 0) {
		setuid(1000);
		CHECK_ERRNO(fork1(0), EPERM);
		_exit(0);
	}
	expect_exit(pid, 0);
	return 0;
}
