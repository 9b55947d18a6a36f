/*
 * Which events a tracer gets when its tracee makes a process: every event mask, every way to fork, a tracer that is
 * the parent and one that is not (spec C.24, C.30-C.32, C.34, B.5, D.2).
 *
 * "end" says what the tracer does to whom at the first stops: nothing, detach the parent or the child, kill either.
 */
#include <sys/sysctl.h>
#include <sched.h>
#include <spawn.h>

#include "tracing.h"

enum kind { FORK, VFORK, CLONE, CLONE_VF, SPAWN, KINDS };
enum end { NONE, DETACH_CHILD, DETACH_PARENT, KILL_CHILD, KILL_PARENT, ENDS };

#define CHILD_STATUS	15
#define PARENT_STATUS	10

extern char **environ;
static char stack[16384] __attribute__((aligned(16)));
static int real_parent, may_be_orphan;

static int
body(void *arg)
{
	(void)arg;
	_exit(getppid() == real_parent || (may_be_orphan && getppid() == 1) ? CHILD_STATUS : 77);
}

static pid_t
make(enum kind kind)
{
	pid_t pid = -1;

	switch (kind) {
	case FORK:
		if ((pid = fork()) == 0)
			body(NULL);
		break;
	case VFORK:
		if ((pid = vfork()) == 0)
			body(NULL);
		break;
	case CLONE:
		pid = __clone(body, stack + sizeof stack, SIGCHLD, NULL);
		break;
	case CLONE_VF:
		pid = __clone(body, stack + sizeof stack, SIGCHLD | CLONE_VFORK, NULL);
		break;
	default: {
		char *argv[] = { "fork_events", "spawned", NULL };

		if (posix_spawn(&pid, "/bin/fork_events", NULL, NULL, argv, environ) != 0)
			pid = -1;
	}
	}
	return pid;
}

/* The traced process: makes a child and waits for it, whoever traces that. */
static void
tracee(enum kind kind, int quirk)
{
	int status;
	pid_t pid;

	if (quirk == 1)
		signal(SIGTRAP, SIG_IGN);
	if (quirk == 2) {
		sigset_t set;

		sigfillset(&set);
		sigprocmask(SIG_BLOCK, &set, NULL);
	}
	real_parent = getpid();
	raise(SIGSTOP);
	if ((pid = make(kind)) == -1)
		_exit(90);
	if (waitpid(pid, &status, 0) != pid)
		_exit(91);
	if (!WIFEXITED(status))
		_exit(92);
	if (WEXITSTATUS(status) != CHILD_STATUS)
		_exit(93);
	if (waitpid(pid, &status, 0) != -1 || errno != ECHILD)
		_exit(94);
	_exit(PARENT_STATUS);
}

static ptrace_state_t
state(pid_t pid)
{
	ptrace_state_t s;

	CHECK_EQ(ptrace(PT_GET_PROCESS_STATE, pid, &s, sizeof s), 0);
	CHECK_EQ(stop_info(pid).psi_siginfo.si_code, TRAP_CHLD);
	CHECK_EQ(stop_info(pid).psi_siginfo.si_pe_report_event, s.pe_report_event);
	return s;
}

static int
event_of(enum kind kind)
{
	if (kind == SPAWN)
		return PTRACE_POSIX_SPAWN;
	return kind == VFORK || kind == CLONE_VF ? PTRACE_VFORK : PTRACE_FORK;
}

/* Watch until nothing is left of the two. Returns how the parent ended. */
static int
watch(pid_t pid, enum kind kind, int mask, enum end end)
{
	int event = event_of(kind), status, ended = -1;
	int vforkish = event == PTRACE_VFORK;
	int parents = 0, children = 0, dones = 0, child_ended = 0;
	pid_t child = 0, got;

	while (ended == -1 || (child != 0 && !child_ended)) {
		CHECK((got = waitpid(-1, &status, 0)) > 0);
		if (!WIFSTOPPED(status)) {
			if (got == pid)
				ended = status;
			else {
				CHECK_EQ(got, child);
				child_ended = 1;
				CHECK_EQ(status, end == KILL_CHILD ? W_EXITCODE(0, SIGKILL) : W_EXITCODE(CHILD_STATUS, 0));
			}
			continue;
		}
		if (WSTOPSIG(status) == SIGCHLD) {
			CHECK_EQ(got, pid);
			CHECK_EQ(ptrace(PT_CONTINUE, got, (void *)1, SIGCHLD), 0);
			continue;
		}
		CHECK_EQ(WSTOPSIG(status), SIGTRAP);
		ptrace_state_t s = state(got);
		if (got == pid && s.pe_report_event == PTRACE_VFORK_DONE) {
			CHECK(vforkish && (mask & PTRACE_VFORK_DONE));
			dones++;
			go_on(got, 0);
		} else if (got == pid) {
			CHECK_EQ(s.pe_report_event, event);
			CHECK(child == 0 || s.pe_other_pid == child);
			child = s.pe_other_pid;
			parents++;
			if (end == DETACH_PARENT)
				CHECK_EQ(ptrace(PT_DETACH, got, (void *)1, 0), 0);
			else if (end == KILL_PARENT)
				CHECK_EQ(ptrace(PT_KILL, got, (void *)1, 0), 0);
			else
				go_on(got, 0);
		} else {
			int none = -1;

			CHECK(child == 0 || got == child);
			child = got;
			CHECK_EQ(s.pe_report_event, event);
			CHECK_EQ(s.pe_other_pid, pid);
			CHECK_EQ(ptrace(PT_GET_EVENT_MASK, got, &none, sizeof none), 0);
			CHECK_EQ(none, 0);
			children++;
			if (end == DETACH_CHILD) {
				child_ended = 1;	/* for the tracer */
				CHECK_EQ(ptrace(PT_DETACH, got, (void *)1, 0), 0);
			} else if (end == KILL_CHILD)
				CHECK_EQ(ptrace(PT_KILL, got, (void *)1, 0), 0);
			else
				go_on(got, 0);
		}
	}
	CHECK_EQ(parents, mask & event ? 1 : 0);
	CHECK_EQ(children, mask & event ? 1 : 0);
	CHECK_EQ(dones, vforkish && (mask & PTRACE_VFORK_DONE) && end != DETACH_PARENT && end != KILL_PARENT ? 1 : 0);
	return ended;
}

static int
track(pid_t pid, enum kind kind, int mask, enum end end)
{
	int got = -1;

	CHECK_EQ(ptrace(PT_SET_EVENT_MASK, pid, &mask, sizeof mask), 0);
	CHECK_EQ(ptrace(PT_GET_EVENT_MASK, pid, &got, sizeof got), 0);
	CHECK_EQ(got, mask);
	go_on(pid, 0);
	return watch(pid, kind, mask, end);
}

static int
expected(enum end end)
{
	return end == KILL_PARENT ? W_EXITCODE(0, SIGKILL) :
	    end == KILL_CHILD ? W_EXITCODE(92, 0) : W_EXITCODE(PARENT_STATUS, 0);
}

static void
parent_traces(enum kind kind, int mask, enum end end, int quirk)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (ptrace(PT_TRACE_ME, 0, NULL, 0) != 0)
			_exit(99);
		tracee(kind, quirk);
	}
	expect_stop(pid, SIGSTOP);
	CHECK_EQ(track(pid, kind, mask, end), expected(end));
}

static void
stranger_traces(enum kind kind, int mask, enum end end, int quirk)
{
	int status;
	pid_t tracer, pid = fork();

	if (pid == 0)
		tracee(kind, quirk);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(status, W_STOPCODE(SIGSTOP));
	tracer = fork();
	if (tracer == 0) {
		CHECK_EQ(ptrace(PT_ATTACH, pid, NULL, 0), 0);
		expect_stop(pid, SIGSTOP);
		if (end == DETACH_PARENT) {	/* its end is not the tracer's to see */
			int got, child = 0;

			CHECK_EQ(ptrace(PT_SET_EVENT_MASK, pid, &mask, sizeof mask), 0);
			go_on(pid, 0);
			for (got = 0; got < 2; got++) {
				pid_t who = waitpid(-1, &status, 0);

				CHECK(who > 0);
				CHECK_EQ(status, W_STOPCODE(SIGTRAP));
				if (who != pid)
					child = who;
			}
			CHECK_EQ(ptrace(PT_DETACH, pid, (void *)1, 0), 0);
			go_on(child, 0);
			expect_exit(child, CHILD_STATUS);
			exit(0);
		}
		CHECK_EQ(track(pid, kind, mask, end), expected(end));
		exit(0);
	}
	/* The child is somebody else's for now, but it is there. */
	CHECK_EQ(waitpid(tracer, &status, 0), tracer);
	CHECK_EQ(status, 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, expected(end));
}

int
main(int argc, char **argv)
{
	int quirk;

	if (argc > 1 && strcmp(argv[1], "spawned") == 0)
		return CHILD_STATUS;
	for (int stranger = 0; stranger < 2; stranger++) {
		void (*run)(enum kind, int, enum end, int) = stranger ? stranger_traces : parent_traces;

		for (enum kind kind = 0; kind < KINDS; kind++) {
			for (int bits = 0; bits < 16; bits++)
				run(kind, (bits & 7) | (bits & 8 ? PTRACE_POSIX_SPAWN : 0), NONE, 0);
			for (enum end end = DETACH_CHILD; end < ENDS; end++) {
				may_be_orphan = end == KILL_PARENT;
				run(kind, event_of(kind), end, 0);
			}
			may_be_orphan = 0;
			for (quirk = 1; quirk <= 2; quirk++)
				run(kind, event_of(kind) | PTRACE_VFORK_DONE, NONE, quirk);
		}
	}
	return 0;
}
