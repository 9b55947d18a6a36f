/*
 * Signals and traps.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "sh.h"

#ifndef NSIG
#define NSIG 65
#endif

static const struct {
	int number;
	const char *name;
} names[] = {
	{ 0, "EXIT" }, { SIGHUP, "HUP" }, { SIGINT, "INT" }, { SIGQUIT, "QUIT" }, { SIGILL, "ILL" },
	{ SIGTRAP, "TRAP" }, { SIGABRT, "ABRT" }, { SIGFPE, "FPE" }, { SIGKILL, "KILL" }, { SIGBUS, "BUS" },
	{ SIGSEGV, "SEGV" }, { SIGSYS, "SYS" }, { SIGPIPE, "PIPE" }, { SIGALRM, "ALRM" }, { SIGTERM, "TERM" },
	{ SIGURG, "URG" }, { SIGSTOP, "STOP" }, { SIGTSTP, "TSTP" }, { SIGCONT, "CONT" }, { SIGCHLD, "CHLD" },
	{ SIGTTIN, "TTIN" }, { SIGTTOU, "TTOU" }, { SIGIO, "IO" }, { SIGXCPU, "XCPU" }, { SIGXFSZ, "XFSZ" },
	{ SIGVTALRM, "VTALRM" }, { SIGPROF, "PROF" }, { SIGWINCH, "WINCH" }, { SIGUSR1, "USR1" },
	{ SIGUSR2, "USR2" },
#ifdef SIGEMT
	{ SIGEMT, "EMT" },
#endif
#ifdef SIGINFO
	{ SIGINFO, "INFO" },
#endif
#ifdef SIGPWR
	{ SIGPWR, "PWR" },
#endif
};

static char *actions[NSIG];		/* null: default; "": ignore. 0 is EXIT */
static char *shown[NSIG];		/* in a subshell: what the parent's were, for trap without arguments */
static bool showing_parents;
static enum { NOT_ASKED, IGNORED, NOT_IGNORED } at_start[NSIG];
static volatile sig_atomic_t pending[NSIG];
static volatile sig_atomic_t any_pending;
volatile sig_atomic_t interrupted;
static bool in_exit_trap;

const char *
signal_name(int number)
{
	for (size_t i = 0; i < nitems(names); i++) {
		if (names[i].number == number)
			return names[i].name;
	}
	return NULL;
}

int
signal_number(const char *s)
{
	if (*s != '\0' && s[strspn(s, "0123456789")] == '\0') {
		long n = strlen(s) < 9 ? atol(s) : NSIG;

		return n < NSIG ? (int)n : -1;
	}
	if (strncasecmp(s, "SIG", 3) == 0)
		s += 3;
	for (size_t i = 0; i < nitems(names); i++) {
		if (strcasecmp(names[i].name, s) == 0)
			return names[i].number;
	}
	return -1;
}

static void
on_signal(int sig)
{
	if (actions[sig] != NULL) {
		pending[sig] = 1;
		any_pending = 1;
	} else if (sig == SIGINT)
		interrupted = 1;
}

static bool
ignored_when_interactive(int sig)
{
	if (sig == SIGQUIT || sig == SIGTERM)
		return true;
	return job_control && (sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU);
}

/*
 * Was the signal ignored when the shell started? Then it stays so, unless the shell is interactive. To be asked
 * before the shell does anything with the signal; most signals it never touches.
 */
static bool
ignored_at_start(int sig)
{
	struct sigaction sa;

	if (at_start[sig] == NOT_ASKED)
		at_start[sig] = sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN ? IGNORED : NOT_IGNORED;
	return at_start[sig] == IGNORED;
}

/* Make the kernel do with a signal what the shell wants done. */
static void
apply(int sig)
{
	struct sigaction sa;
	bool ignored;

	if (sig == 0 || sig == SIGKILL || sig == SIGSTOP)
		return;
	ignored = ignored_at_start(sig);
	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	if (actions[sig] != NULL)
		sa.sa_handler = *actions[sig] == '\0' ? SIG_IGN : on_signal;
	else if (options[OPT_INTERACTIVE] && sig == SIGINT)
		sa.sa_handler = on_signal;
	else if (options[OPT_INTERACTIVE] && ignored_when_interactive(sig))
		sa.sa_handler = SIG_IGN;
	else
		sa.sa_handler = ignored ? SIG_IGN : SIG_DFL;
	sigaction(sig, &sa, NULL);
}

void
signals_interactive(void)
{
	static const int concerned[] = { SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };

	for (size_t i = 0; i < nitems(concerned); i++)
		apply(concerned[i]);
}

void
traps_reset(void)
{
	for (int sig = 0; sig < NSIG; sig++) {
		pending[sig] = 0;
		if (shown[sig] != NULL)
			free(shown[sig]);
		shown[sig] = actions[sig] == NULL ? NULL : xstrdup(actions[sig]);
		if (actions[sig] == NULL || *actions[sig] == '\0')
			continue;
		free(actions[sig]);
		actions[sig] = NULL;
		apply(sig);
	}
	showing_parents = true;
	in_exit_trap = false;
	any_pending = 0;
	interrupted = 0;
}

/* An asynchronous command is not to be bothered by what is typed. */
void
signals_ignore_keyboard(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	at_start[SIGINT] = at_start[SIGQUIT] = IGNORED;
}

/* Before exec. Signals that are caught become default by themselves. */
void
signals_for_program(void)
{
	static const int concerned[] = { SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };

	for (size_t i = 0; options[OPT_INTERACTIVE] && i < nitems(concerned); i++) {
		int sig = concerned[i];

		if (actions[sig] == NULL && !ignored_at_start(sig))
			signal(sig, SIG_DFL);
	}
}

bool
traps_any(void)
{
	for (int sig = 0; sig < NSIG; sig++) {
		if (actions[sig] != NULL && *actions[sig] != '\0')
			return true;
	}
	return false;
}

bool
trap_pending(void)
{
	return any_pending != 0;
}

/* A signal that has arrived and whose action has not been run; 0 if none. */
int
trap_first_pending(void)
{
	for (int sig = 1; any_pending && sig < NSIG; sig++) {
		if (pending[sig])
			return sig;
	}
	return 0;
}

static void
run_action(int sig)
{
	struct mark mark = temp_mark();
	struct lexer outer = lexer;
	int status = exit_status, line = exec_line;
	enum skip outer_skip = skip;

	memset(&lexer, 0, sizeof(lexer));
	skip = SKIP_NONE;
	/* The action may be a trap command that replaces it. */
	exec_string(temp_strdup(actions[sig]), 0);
	lexer = outer;
	exec_line = line;
	if (skip == SKIP_NONE) {
		skip = outer_skip;
		exit_status = status;
	}
	temp_release(mark);
}

void
trap_run_pending(void)
{
	int sig;

	while ((sig = trap_first_pending()) != 0) {
		pending[sig] = 0;
		if (actions[sig] != NULL && *actions[sig] != '\0')
			run_action(sig);
	}
	any_pending = 0;
	for (sig = 1; sig < NSIG; sig++) {
		if (pending[sig])
			any_pending = 1;
	}
}

/* The shell is exiting. The status becomes another only if the action says `exit`. */
void
trap_exit(void)
{
	char *action = actions[0];
	struct handler h;

	if (in_exit_trap || action == NULL || *action == '\0')
		return;
	in_exit_trap = true;
	actions[0] = NULL;
	forget_handlers();
	push_handler(&h);
	if (setjmp(h.env) == 0) {
		int status = exit_status;

		tested = 0;
		exec_string(action, 0);
		exit_status = skip == SKIP_RETURN ? exit_status : status;
		pop_handler(&h);
	}
}

void
check_interrupt(void)
{
	if (!interrupted)
		return;
	interrupted = 0;
	if (!options[OPT_INTERACTIVE])
		return;
	write_all(STDERR_FILENO, "\n", 1);
	raise_to_prompt(STATUS_SIGNALLED + SIGINT);
}

static void
set_action(int sig, const char *action)
{
	/* What is ignored when a script starts it cannot change. */
	if (sig != 0 && ignored_at_start(sig) && !options[OPT_INTERACTIVE])
		return;
	free(actions[sig]);
	actions[sig] = action == NULL ? NULL : xstrdup(action);
	pending[sig] = 0;
	apply(sig);
}

static void
print_traps(void)
{
	char **list = showing_parents ? shown : actions;

	for (int sig = 0; sig < NSIG; sig++) {
		if (list[sig] == NULL || signal_name(sig) == NULL)
			continue;
		out_str("trap -- ");
		out_quoted(list[sig]);
		out_printf(" %s\n", signal_name(sig));
	}
}

static bool
is_unsigned(const char *s)
{
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

int
b_trap(int argc, char **argv)
{
	const char *action = NULL;
	int i = 1, status = 0;

	if (argc > 1 && strcmp(argv[1], "--") == 0)
		i++;
	if (i == argc) {
		print_traps();
		return 0;
	}
	showing_parents = false;
	/* With a number first, or one argument alone, all are signals to be reset. */
	if (!is_unsigned(argv[i]) && argc - i > 1) {
		action = strcmp(argv[i], "-") == 0 ? NULL : argv[i];
		i++;
	}
	for (; i < argc; i++) {
		int sig = signal_number(argv[i]);

		if (sig == -1 || (sig != 0 && signal_name(sig) == NULL)) {
			complain("trap: %s: bad trap", argv[i]);
			status = 1;
		} else
			set_action(sig, action);
	}
	return status;
}
