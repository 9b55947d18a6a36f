/* pgrep, pkill: find processes by name and other properties, and print their ids, or signal them. */
#include <grp.h>
#include <pwd.h>
#include <regex.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"
#include "processes.h"

static const char grep_usage[] =
    "usage: pgrep [-afilnovx] [-d delimiter] [-G gid] [-g pgrp] [-P ppid] [-s sid] [-U uid] [-u euid] [pattern ...]\n";
static const char kill_usage[] =
    "usage: pkill [-signal] [-afilnovx] [-G gid] [-g pgrp] [-P ppid] [-s sid] [-U uid] [-u euid] [pattern ...]\n";

/* What -g, -P, -s, -U, -u, -G ask for: lists of numbers. */
struct numbers {
	long values[64];
	size_t count;
};

static struct numbers pgrps, parents, sessions, real_users, users, groups;
static bool ancestors, full, invert, whole, long_form, newest, oldest;

static long
number_of(int option, const char *word)
{
	struct passwd *p;
	struct group *g;
	char *end;
	long value = strtol(word, &end, 10);

	if (*word != '\0' && *end == '\0') {
		if (value == 0 && option == 'g')
			return getpgrp();
		return value == 0 && option == 's' ? getsid(0) : value;
	}
	if ((option == 'u' || option == 'U') && (p = getpwnam(word)) != NULL)
		return p->pw_uid;
	if (option == 'G' && (g = getgrnam(word)) != NULL)
		return g->gr_gid;
	errx(2, "%s: not known, or not a number", word);
}

static void
add(struct numbers *list, int option, char *text)
{
	char *word;

	while ((word = strsep(&text, ",")) != NULL) {
		if (list->count == sizeof(list->values) / sizeof(*list->values))
			errx(2, "-%c: too many values", option);
		list->values[list->count++] = number_of(option, word);
	}
}

static bool
allows(const struct numbers *list, long value)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->values[i] == value)
			return true;
	return list->count == 0;
}

static bool
matches(const struct kinfo_proc2 *k, const regex_t *patterns, size_t count)
{
	char *arguments = full ? get_arguments(k->p_pid) : NULL;
	const char *text = arguments != NULL ? arguments : k->p_comm;
	bool found = count == 0;
	regmatch_t m;

	for (size_t i = 0; i < count && !found; i++)
		found = regexec(&patterns[i], text, 1, &m, 0) == 0 &&
		    (!whole || (m.rm_so == 0 && text[m.rm_eo] == '\0'));
	free(arguments);
	return found && allows(&pgrps, k->p__pgid) && allows(&parents, k->p_ppid) && allows(&sessions, k->p_sid) &&
	    allows(&real_users, k->p_ruid) && allows(&users, k->p_uid) && allows(&groups, k->p_rgid);
}

static bool
later(const struct kinfo_proc2 *a, const struct kinfo_proc2 *b)
{
	if (a->p_ustart_sec != b->p_ustart_sec)
		return a->p_ustart_sec > b->p_ustart_sec;
	if (a->p_ustart_usec != b->p_ustart_usec)
		return a->p_ustart_usec > b->p_ustart_usec;
	return a->p_pid > b->p_pid;
}

/* Whether a process is one that pgrep itself comes from. */
static bool
is_ancestor(const struct kinfo_proc2 *list, size_t count, pid_t pid)
{
	pid_t up = getppid();

	while (up > 1) {
		size_t i = 0;

		if (up == pid)
			return true;
		while (i < count && list[i].p_pid != up)
			i++;
		up = i < count ? list[i].p_ppid : 0;
	}
	return false;
}

static void
print(const struct kinfo_proc2 *k, const char *delimiter, bool first)
{
	char *arguments;

	if (!first)
		fputs(delimiter, stdout);
	printf("%d", k->p_pid);
	if (long_form) {
		arguments = full ? get_arguments(k->p_pid) : NULL;
		printf(" %s", arguments != NULL ? arguments : k->p_comm);
		free(arguments);
	}
}

/* "-TERM", "-15" as the first argument of pkill: the signal; taken out of the arguments. */
static int
signal_argument(int *argc, char **argv)
{
	char *end;
	int signo;

	if (*argc < 2 || argv[1][0] != '-' || argv[1][1] == '\0')
		return SIGTERM;
	signo = (int)strtol(argv[1] + 1, &end, 10);
	if (*end != '\0' && (signo = signalnumber(argv[1] + 1)) == 0)
		return SIGTERM;
	memmove(argv + 1, argv + 2, (size_t)(*argc - 1) * sizeof(*argv));
	--*argc;
	return signo;
}

int
main(int argc, char **argv)
{
	bool killing = strcmp(getprogname(), "pkill") == 0, first = true;
	const char *usage = killing ? kill_usage : grep_usage, *delimiter = "\n";
	int c, signo = SIGTERM, flags = REG_EXTENDED, status = 1;
	const struct kinfo_proc2 *best = NULL;
	struct kinfo_proc2 *list;
	regex_t *patterns;
	size_t count, pattern_count;

	answer_help(argc, argv, usage);
	if (killing)
		signo = signal_argument(&argc, argv);
	while ((c = getopt(argc, argv, "ad:fG:g:ilnoP:s:U:u:vx")) != -1) {
		switch (c) {
		case 'a': ancestors = true; break;
		case 'd': delimiter = optarg; break;
		case 'f': full = true; break;
		case 'G': add(&groups, c, optarg); break;
		case 'g': add(&pgrps, c, optarg); break;
		case 'i': flags |= REG_ICASE; break;
		case 'l': long_form = true; break;
		case 'n': newest = true; break;
		case 'o': oldest = true; break;
		case 'P': add(&parents, c, optarg); break;
		case 's': add(&sessions, c, optarg); break;
		case 'U': add(&real_users, c, optarg); break;
		case 'u': add(&users, c, optarg); break;
		case 'v': invert = true; break;
		case 'x': whole = true; break;
		default: fputs(usage, stderr); return 2;
		}
	}
	argv += optind;
	pattern_count = (size_t)(argc - optind);
	if (pattern_count == 0 && !pgrps.count && !parents.count && !sessions.count && !real_users.count &&
	    !users.count && !groups.count) {
		fputs(usage, stderr);
		return 2;
	}
	patterns = calloc(pattern_count + 1, sizeof(*patterns));
	for (size_t i = 0; i < pattern_count; i++) {
		char message[128];
		int error = regcomp(&patterns[i], argv[i], flags);

		if (error != 0) {
			regerror(error, &patterns[i], message, sizeof(message));
			errx(2, "%s: %s", argv[i], message);
		}
	}
	list = get_processes(KERN_PROC_ALL, 0, &count);
	for (size_t n = 0; n < count; n++) {
		/* The kernel lists the newest first; oldest first is what one wants to read. */
		const struct kinfo_proc2 *k = &list[count - 1 - n];

		if (k->p_pid == getpid() || k->p_flag & FLAG_SYSTEM || matches(k, patterns, pattern_count) == invert ||
		    (!ancestors && is_ancestor(list, count, k->p_pid)))
			continue;
		if (newest || oldest) {
			if (best == NULL || later(k, best) == newest)
				best = k;
			continue;
		}
		status = 0;
		if (!killing)
			print(k, delimiter, first);
		else if (kill(k->p_pid, signo) == -1) {
			warn("signalling pid %d", k->p_pid);
			status = 1;
		}
		first = false;
	}
	if (best != NULL) {
		status = 0;
		if (!killing)
			print(best, delimiter, true);
		else if (kill(best->p_pid, signo) == -1)
			err(1, "signalling pid %d", best->p_pid);
		first = false;
	}
	if (!killing && !first)
		putchar('\n');
	return output_failed() ? 3 : status;
}
