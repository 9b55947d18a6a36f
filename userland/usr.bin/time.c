/* time: run a command, and tell how long it took. */
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: time [-lp] command [argument ...]\n";

static void
print_counts(const struct rusage *u)
{
	const struct {
		long value;
		const char *name;
	} rows[] = {
		{ u->ru_maxrss, "maximum resident set size" }, { u->ru_minflt, "page reclaims" },
		{ u->ru_majflt, "page faults" }, { u->ru_nswap, "swaps" }, { u->ru_inblock, "block input operations" },
		{ u->ru_oublock, "block output operations" }, { u->ru_msgsnd, "messages sent" },
		{ u->ru_msgrcv, "messages received" }, { u->ru_nsignals, "signals received" },
		{ u->ru_nvcsw, "voluntary context switches" }, { u->ru_nivcsw, "involuntary context switches" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		fprintf(stderr, "%10ld  %s\n", rows[i].value, rows[i].name);
}

int
main(int argc, char **argv)
{
	bool portable = false, counts = false;
	struct timespec before, after, real;
	struct rusage u;
	int c, status;
	pid_t pid;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "+lp")) != -1) {
		switch (c) {
		case 'l': counts = true; break;
		case 'p': portable = true; break;
		default: usage_error(usage);
		}
	}
	if (optind == argc)
		usage_error(usage);
	clock_gettime(CLOCK_MONOTONIC, &before);
	pid = vfork();
	if (pid == -1)
		err(1, "vfork");
	if (pid == 0) {
		execvp(argv[optind], argv + optind);
		warn("%s", argv[optind]);
		_exit(errno == ENOENT ? 127 : 126);
	}
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	while (wait4(pid, &status, 0, &u) == -1)
		if (errno != EINTR)
			err(1, "wait4");
	clock_gettime(CLOCK_MONOTONIC, &after);
	timespecsub(&after, &before, &real);
	if (portable)
		fprintf(stderr, "real %lld.%02ld\nuser %lld.%02ld\nsys %lld.%02ld\n", (long long)real.tv_sec,
		    real.tv_nsec / 10000000, (long long)u.ru_utime.tv_sec, (long)u.ru_utime.tv_usec / 10000,
		    (long long)u.ru_stime.tv_sec, (long)u.ru_stime.tv_usec / 10000);
	else
		fprintf(stderr, "%9lld.%02ld real %9lld.%02ld user %9lld.%02ld sys\n", (long long)real.tv_sec,
		    real.tv_nsec / 10000000, (long long)u.ru_utime.tv_sec, (long)u.ru_utime.tv_usec / 10000,
		    (long long)u.ru_stime.tv_sec, (long)u.ru_stime.tv_usec / 10000);
	if (counts)
		print_counts(&u);
	if (WIFSIGNALED(status)) {
		/* Die of it, too, so that whoever waits for us sees what happened. */
		signal(WTERMSIG(status), SIG_DFL);
		kill(getpid(), WTERMSIG(status));
		return 128 + WTERMSIG(status);
	}
	return WEXITSTATUS(status);
}
