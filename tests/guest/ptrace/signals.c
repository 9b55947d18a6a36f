/* Signals of a traced process stop it first; what becomes of them, the tracer says. */
#include <time.h>

#include "tracing.h"

static volatile int caught, code;

static void
handler(int signo, siginfo_t *info, void *context)
{
	(void)context;
	caught = signo;
	code = info->si_code;
}

static pid_t
start(void (*work)(void))
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	sigaction(SIGUSR1, &action, NULL);
	signal(SIGUSR2, SIG_IGN);
	trace_me();
	work();
	_exit(0);
}

static void
itself(void)
{
	raise(SIGUSR1);
	_exit(caught);
}

static void
sleeping(void)
{
	pause();
	_exit(caught);
}

static void
ignored(void)
{
	raise(SIGUSR2);
	raise(SIGCHLD);
	_exit(caught);
}

static void
masked(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);		/* not seen until it is not masked any more */
	raise(SIGUSR2);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	_exit(caught);
}

static void
fault(void)
{
	*(volatile int *)16 = 1;
}

int
main(void)
{
	struct ptrace_siginfo info;
	sigset_t pass, got;
	int status;
	pid_t pid = start(itself);

	/* Passed on, dropped, replaced. */
	expect_stop(pid, SIGSTOP);
	go_on(pid, 0);
	expect_stop(pid, SIGUSR1);
	info = stop_info(pid);
	CHECK_EQ(info.psi_siginfo.si_signo, SIGUSR1);
	CHECK_EQ(info.psi_siginfo.si_code, SI_LWP);
	CHECK_EQ(info.psi_siginfo.si_pid, pid);
	CHECK_EQ(info.psi_lwpid, pid);
	go_on(pid, SIGUSR1);
	expect_exit(pid, SIGUSR1);

	pid = start(itself);
	expect_stop(pid, SIGSTOP);
	go_on(pid, 0);
	expect_stop(pid, SIGUSR1);
	go_on(pid, 0);
	expect_exit(pid, 0);

	pid = start(itself);
	expect_stop(pid, SIGSTOP);
	go_on(pid, SIGTERM);
	expect_killed(pid, SIGTERM);

	pid = start(itself);
	expect_stop(pid, SIGSTOP);
	go_on(pid, SIGSTOP);	/* it has stopped anew */
	CHECK_ERRNO(ptrace(PT_CONTINUE, pid, (void *)1, 0), EBUSY);
	expect_stop(pid, SIGSTOP);
	CHECK_EQ(ptrace(PT_STOP, pid, NULL, 0), 0);
	expect_stop(pid, SIGSTOP);
	go_on(pid, SIGTTIN);
	expect_stop(pid, SIGTTIN);
	go_on(pid, 0);
	expect_stop(pid, SIGUSR1);
	go_on(pid, SIGKILL);
	expect_killed(pid, SIGKILL);

	/* A sleep is not disturbed by a signal that the tracer drops. */
	pid = start(sleeping);
	expect_stop(pid, SIGSTOP);
	go_on(pid, 0);
	usleep(1000);
	kill(pid, SIGWINCH);
	expect_stop(pid, SIGWINCH);
	go_on(pid, 0);
	usleep(1000);
	kill(pid, SIGTERM);
	expect_stop(pid, SIGTERM);
	go_on(pid, 0);
	CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
	usleep(1000);
	kill(pid, SIGUSR1);
	expect_stop(pid, SIGUSR1);
	go_on(pid, SIGUSR1);
	expect_exit(pid, SIGUSR1);

	/* Stopped or not, SIGKILL is not delayed. */
	pid = start(sleeping);
	expect_stop(pid, SIGSTOP);
	kill(pid, SIGCONT);
	CHECK_EQ(waitpid(pid, &status, WNOHANG | WCONTINUED), 0);
	kill(pid, SIGKILL);
	expect_killed(pid, SIGKILL);
	pid = start(sleeping);
	expect_stop(pid, SIGSTOP);
	go_on(pid, 0);
	kill(pid, SIGKILL);
	expect_killed(pid, SIGKILL);

	/* Ignored signals are reported; masked ones when they are let through. */
	pid = start(ignored);
	expect_stop(pid, SIGSTOP);
	go_on(pid, 0);
	expect_stop(pid, SIGUSR2);
	go_on(pid, SIGUSR2);
	expect_stop(pid, SIGCHLD);
	go_on(pid, SIGCHLD);
	expect_exit(pid, 0);
	pid = start(masked);
	expect_stop(pid, SIGSTOP);
	go_on(pid, 0);
	expect_stop(pid, SIGUSR2);
	go_on(pid, 0);
	expect_stop(pid, SIGUSR1);
	go_on(pid, SIGUSR1);
	expect_exit(pid, SIGUSR1);

	/* Signals that the tracer does not want to hear of. */
	pid = start(itself);
	expect_stop(pid, SIGSTOP);
	sigemptyset(&pass);
	sigaddset(&pass, SIGUSR1);
	CHECK_EQ(ptrace(PT_SET_SIGPASS, pid, &pass, sizeof pass), 0);
	memset(&got, 0xFF, sizeof got);
	CHECK_EQ(ptrace(PT_GET_SIGPASS, pid, &got, sizeof got), 0);
	CHECK_EQ(memcmp(&pass, &got, sizeof got), 0);
	CHECK_ERRNO(ptrace(PT_SET_SIGPASS, pid, &pass, 4), EINVAL);
	go_on(pid, 0);
	expect_exit(pid, SIGUSR1);

	/* What a handler is told is the tracer's to say. */
	pid = start(itself);
	expect_stop(pid, SIGSTOP);
	go_on(pid, 0);
	expect_stop(pid, SIGUSR1);
	info = stop_info(pid);
	info.psi_siginfo.si_signo = SIGTERM;
	CHECK_EQ(ptrace(PT_SET_SIGINFO, pid, &info, sizeof info), 0);
	info = stop_info(pid);
	CHECK_EQ(info.psi_siginfo.si_signo, SIGTERM);
	CHECK_EQ(ptrace(PT_DETACH, pid, (void *)1, SIGTERM), 0);
	expect_killed(pid, SIGTERM);

	/* Faults, with their address. */
	pid = start(fault);
	expect_stop(pid, SIGSTOP);
	go_on(pid, 0);
	expect_stop(pid, SIGSEGV);
	info = stop_info(pid);
	CHECK_EQ(info.psi_siginfo.si_code, SEGV_MAPERR);
	CHECK_EQ((long)info.psi_siginfo.si_addr, 16);
	go_on(pid, SIGSEGV);
	expect_killed(pid, SIGSEGV);
	return 0;
}
