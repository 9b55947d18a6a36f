/*
 * umask, ulimit and times.
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"
#include "builtins.h"

static const char classes[] = "ugo";

static void
print_symbolic(mode_t mask)
{
	for (int i = 0; i < 3; i++) {
		mode_t allowed = ~mask >> (6 - 3 * i) & 7;

		out_printf("%s%c=%s%s%s", i == 0 ? "" : ",", classes[i], allowed & 4 ? "r" : "",
		    allowed & 2 ? "w" : "", allowed & 1 ? "x" : "");
	}
	out_char('\n');
}

/* The permissions of a clause, as a class would have them: letters, or a copy of another class. */
static mode_t
symbolic_bits(const char **s, mode_t allowed)
{
	mode_t bits = 0;

	for (; **s != '\0' && strchr("rwxXstugo", **s) != NULL; ++*s) {
		const char *class = strchr(classes, **s);

		if (class != NULL)
			bits |= allowed >> (6 - 3 * (class - classes)) & 7;
		else if (**s == 'X')
			bits |= allowed & 0111 ? 1 : 0;
		else
			bits |= **s == 'r' ? 4 : **s == 'w' ? 2 : **s == 'x' ? 1 : 0;
	}
	return bits;
}

/* A chmod-like mode, of what is to be allowed; false if it is none. */
static bool
apply_symbolic(const char *s, mode_t *mask)
{
	mode_t allowed = ~*mask & 0777;

	for (;;) {
		mode_t who = 0;

		for (; *s != '\0' && strchr("ugoa", *s) != NULL; s++)
			who |= *s == 'a' ? 0777 : *s == 'u' ? 0700 : *s == 'g' ? 0070 : 0007;
		if (who == 0)
			who = 0777;
		if (*s == '\0' || strchr("+-=", *s) == NULL)
			return false;
		while (*s != '\0' && strchr("+-=", *s) != NULL) {
			char operator = *s++;
			mode_t bits = symbolic_bits(&s, allowed);

			bits = (bits << 6 | bits << 3 | bits) & who;
			if (operator == '=')
				allowed = (allowed & ~who) | bits;
			else
				allowed = operator == '+' ? allowed | bits : allowed & ~bits;
		}
		if (*s == '\0')
			break;
		if (*s++ != ',')
			return false;
	}
	*mask = ~allowed & 0777;
	return true;
}

int
b_umask(int argc, char **argv)
{
	bool symbolic = false;
	mode_t mask;
	char option;

	(void)argc;
	while (next_option(&argv, "S", &option))
		symbolic = true;
	mask = umask(0);
	umask(mask);
	if (argv[1] == NULL) {
		if (symbolic)
			print_symbolic(mask);
		else
			out_printf("%.4o\n", (unsigned)mask);
		return 0;
	}
	if (isdigit((unsigned char)*argv[1])) {
		char *end;
		unsigned long value = strtoul(argv[1], &end, 8);

		if (*end != '\0' || value > 07777)
			fatal("umask: Illegal number: %s", argv[1]);
		mask = (mode_t)value & 0777;
	} else if (!apply_symbolic(argv[1], &mask))
		fatal("umask: Illegal mode: %s", argv[1]);
	umask(mask);
	return 0;
}

static const struct limit {
	char option;
	int resource;
	rlim_t unit;
	const char *name;
} limits[] = {
	{ 't', RLIMIT_CPU, 1, "time(seconds)" },
	{ 'f', RLIMIT_FSIZE, 512, "file(blocks)" },
	{ 'd', RLIMIT_DATA, 1024, "data(kbytes)" },
	{ 's', RLIMIT_STACK, 1024, "stack(kbytes)" },
	{ 'c', RLIMIT_CORE, 512, "coredump(blocks)" },
	{ 'm', RLIMIT_RSS, 1024, "memory(kbytes)" },
	{ 'l', RLIMIT_MEMLOCK, 1024, "locked memory(kbytes)" },
	{ 'p', RLIMIT_NPROC, 1, "process" },
	{ 'n', RLIMIT_NOFILE, 1, "nofiles" },
#ifdef RLIMIT_AS
	{ 'v', RLIMIT_AS, 1024, "vmemory(kbytes)" },
#endif
};

static void
print_limit(const struct limit *l, bool hard)
{
	struct rlimit r;
	rlim_t value;

	if (getrlimit(l->resource, &r) == -1)
		fatal("ulimit: %s", strerror(errno));
	value = hard ? r.rlim_max : r.rlim_cur;
	if (value == RLIM_INFINITY)
		out_str("unlimited\n");
	else
		out_printf("%llu\n", (unsigned long long)(value / l->unit));
}

static void
set_limit(const struct limit *l, const char *text, bool soft, bool hard)
{
	struct rlimit r;
	rlim_t value = RLIM_INFINITY;

	if (strcmp(text, "unlimited") != 0) {
		char *end;

		errno = 0;
		value = (rlim_t)strtoull(text, &end, 10);
		if (!isdigit((unsigned char)*text) || *end != '\0' || errno != 0 || value > RLIM_INFINITY / l->unit)
			fatal("ulimit: bad number: %s", text);
		value *= l->unit;
	}
	if (getrlimit(l->resource, &r) == -1)
		fatal("ulimit: %s", strerror(errno));
	if (hard)
		r.rlim_max = value;
	if (soft)
		r.rlim_cur = value;
	if (setrlimit(l->resource, &r) == -1)
		fatal("ulimit: error setting limit: %s", strerror(errno));
}

int
b_ulimit(int argc, char **argv)
{
	const struct limit *chosen = &limits[1];
	bool soft = false, hard = false, all = false;
	char option;

	(void)argc;
	while (next_option(&argv, "HSatfdscmlpnv", &option)) {
		soft |= option == 'S';
		hard |= option == 'H';
		all |= option == 'a';
		for (size_t i = 0; i < nitems(limits); i++) {
			if (limits[i].option == option)
				chosen = &limits[i];
		}
	}
	if (all) {
		for (size_t i = 0; i < nitems(limits); i++) {
			out_printf("%-24s ", limits[i].name);
			print_limit(&limits[i], hard && !soft);
		}
	} else if (argv[1] == NULL)
		print_limit(chosen, hard && !soft);
	else
		set_limit(chosen, argv[1], soft || !hard, hard || !soft);
	return 0;
}

static void
print_times(clock_t user, clock_t system)
{
	long ticks = sysconf(_SC_CLK_TCK);
	const clock_t both[] = { user, system };

	for (int i = 0; i < 2; i++) {
		double seconds = (double)both[i] / (double)ticks;
		int minutes = (int)(seconds / 60);

		out_printf("%s%dm%fs", i == 0 ? "" : " ", minutes, seconds - minutes * 60.0);
	}
	out_char('\n');
}

int
b_times(int argc, char **argv)
{
	struct tms t;

	(void)argc;
	(void)argv;
	times(&t);
	print_times(t.tms_utime, t.tms_stime);
	print_times(t.tms_cutime, t.tms_cstime);
	return 0;
}
