/* Signals that are caught, and one that kills; none for those that are ignored. Context switches around a wait. */
#include "trace.h"

#include <signal.h>

static void
handler(int signo)
{
	(void)signo;
}

int
main(void)
{
	struct ktr_psig *psig;
	struct ktr_header *header;
	struct ktr_csw *csw;
	siginfo_t *info;
	sigset_t mask;
	pid_t child;
	int fds[2];
	char c;

	signal(SIGUSR1, handler);
	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGHUP);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	start_trace(KTRFAC_PSIG | KTRFAC_INHERIT);
	raise(SIGUSR2);
	raise(SIGUSR1);
	kill(getpid(), SIGCHLD);
	if ((child = fork()) == 0) {
		signal(SIGTERM, SIG_DFL);
		kill(getpid(), SIGTERM);
		_exit(9);
	}
	CHECK_EQ(wait_for(child), SIGTERM);
	read_trace();

	CHECK((header = next_record(getpid())) != NULL);
	CHECK_EQ(header->ktr_type, KTR_PSIG);
	CHECK_EQ(header->ktr_len, (int)(sizeof(*psig) + sizeof(siginfo_t)));
	psig = payload(header);
	CHECK_EQ(sizeof(*psig), 40);
	CHECK_EQ(psig->signo, SIGUSR1);
	CHECK(psig->action == handler);
	CHECK(sigismember(&psig->mask, SIGHUP) && !sigismember(&psig->mask, SIGUSR1));
	info = (siginfo_t *)(psig + 1);
	CHECK_EQ(info->si_signo, SIGUSR1);
	CHECK_EQ(psig->code, info->si_code);
	CHECK_EQ(info->si_pid, getpid());
	expect_end(getpid());

	trace_at = trace_data;
	psig = expect(child, KTR_PSIG);
	CHECK_EQ(psig->signo, SIGTERM);
	CHECK(psig->action == SIG_DFL);
	CHECK_EQ(psig->code, SI_USER);
	expect_end(child);

	/* The parent waits for the child in read: out, in. The child does not begin with a switch. */
	CHECK_EQ(pipe(fds), 0);
	start_trace(KTRFAC_CSW | KTRFAC_USER | KTRFAC_INHERIT);
	if ((child = fork()) == 0) {
		utrace("child", "", 0);
		write(fds[1], "x", 1);
		_exit(0);
	}
	CHECK_EQ(read(fds[0], &c, 1), 1);
	read_trace();
	csw = expect(getpid(), KTR_CSW);
	CHECK_EQ(csw->out, 1);
	CHECK_EQ(csw->user, 0);
	csw = expect(getpid(), KTR_CSW);
	CHECK_EQ(csw->out, 0);
	CHECK_EQ(csw->user, 0);
	expect_end(getpid());
	trace_at = trace_data;
	expect(child, KTR_USER);
	CHECK_EQ(wait_for(child), 0);
	return 0;
}
