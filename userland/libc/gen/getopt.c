/*
 * getopt(3) and getopt_long(3): one reader of argument vectors.
 *
 * getopt_long lets options follow operands. An option found behind operands is moved in front of them, so
 * that at the end the operands stand together, in order, from optind on.
 */
#include <err.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *optarg;
int optind = 1;
int opterr = 1;
int optopt;
int optreset;

#define UNKNOWN '?'

static const char *cluster = "";	/* what is left of -abc */
static int passed;			/* operands between argv[optind] and what followed it */

/* Moves argv[from] to argv[to], to its left, and what lies between one to the right. */
static void
move_left(char *const *argv, int from, int to)
{
	char **v = (char **)(uintptr_t)argv, *moved = v[from];

	memmove(&v[to + 1], &v[to], (from - to) * sizeof(*v));
	v[to] = moved;
}

static int
complain(const char *options, const char *format, const char *what)
{
	if (opterr && *options != ':')
		warnx(format, what);
	return UNKNOWN;
}

static int
missing_argument(const char *options, const char *format, const char *what)
{
	complain(options, format, what);
	return *options == ':' ? ':' : UNKNOWN;
}

/* The next element as an option's argument, fetched over the operands passed on the way. */
static bool
take_argument(int argc, char *const *argv)
{
	if (optind + passed >= argc)
		return false;
	if (passed > 0)
		move_left(argv, optind + passed, optind);
	optarg = argv[optind++];
	return true;
}

static int
short_option(int argc, char *const *argv, const char *options)
{
	char name[2] = { *cluster++, '\0' };
	const char *spec = name[0] == ':' ? NULL : strchr(options, name[0]);
	bool last = *cluster == '\0';

	optopt = (unsigned char)name[0];
	if (last)
		optind++;
	if (spec == NULL)
		return complain(options, "unknown option -- %s", name);
	if (spec[1] != ':')
		return optopt;
	if (!last) {
		optarg = (char *)(uintptr_t)cluster;
		optind++;
		cluster = "";
	} else if (spec[2] != ':' && !take_argument(argc, argv))
		return missing_argument(options, "option requires an argument -- %s", name);
	return optopt;
}

/* The option called that, or the only one whose name begins so; -1 none, -2 several. */
static int
find_long(const struct option *list, const char *name, size_t length)
{
	int i, found = -1;

	for (i = 0; list[i].name != NULL; i++) {
		if (strncmp(list[i].name, name, length) != 0)
			continue;
		if (list[i].name[length] == '\0')
			return i;
		found = found == -1 ? i : -2;
	}
	return found;
}

static int
long_option(int argc, char *const *argv, const char *options, const struct option *list, int *index)
{
	const char *name = argv[optind++] + 2, *equals = strchr(name, '=');
	size_t length = equals == NULL ? strlen(name) : (size_t)(equals - name);
	int i = find_long(list, name, length);
	const struct option *o;

	optopt = 0;
	if (i == -2)
		return complain(options, "ambiguous option -- %s", name);
	if (i == -1)
		return complain(options, "unknown option -- %s", name);
	o = &list[i];
	if (o->flag == NULL)
		optopt = o->val;
	if (o->has_arg == no_argument && equals != NULL)
		return complain(options, "option doesn't take an argument -- %s", o->name);
	if (equals != NULL)
		optarg = (char *)(uintptr_t)equals + 1;
	else if (o->has_arg == required_argument && !take_argument(argc, argv))
		return missing_argument(options, "option requires an argument -- %s", o->name);
	if (index != NULL)
		*index = i;
	if (o->flag == NULL)
		return o->val;
	*o->flag = o->val;
	return 0;
}

static bool
is_option(const char *argument)
{
	return argument[0] == '-' && argument[1] != '\0';
}

/* Brings the next option to argv[optind]. False when there is none. */
static bool
next_option(int argc, char *const *argv, bool permute)
{
	int at = optind;

	passed = 0;
	if (permute)
		while (at < argc && !is_option(argv[at]))
			at++;
	if (at >= argc || !is_option(argv[at]))
		return false;
	passed = at - optind;
	if (passed > 0)
		move_left(argv, at, optind);
	if (strcmp(argv[optind], "--") == 0) {
		optind++;
		return false;
	}
	return true;
}

static int
read_option(int argc, char *const *argv, const char *options, const struct option *list, int *index,
    bool permute)
{
	bool in_order = false;

	optarg = NULL;
	if (optreset || optind == 0) {
		optreset = 0;
		cluster = "";
		if (optind == 0)
			optind = 1;
	}
	if (*options == '+')
		permute = false;
	else if (*options == '-' && list != NULL)
		in_order = true;
	if (*options == '+' || in_order)
		options++;

	if (*cluster != '\0')
		return short_option(argc, argv, options);
	if (in_order && optind < argc && !is_option(argv[optind])) {
		optarg = argv[optind++];
		return 1;
	}
	if (!next_option(argc, argv, permute && !in_order))
		return -1;
	if (list != NULL && argv[optind][1] == '-')
		return long_option(argc, argv, options, list, index);
	cluster = argv[optind] + 1;
	return short_option(argc, argv, options);
}

int
getopt(int argc, char *const *argv, const char *options)
{
	return read_option(argc, argv, options, NULL, NULL, false);
}

int
getopt_long(int argc, char *const *argv, const char *options, const struct option *list, int *index)
{
	return read_option(argc, argv, options, list, index, getenv("POSIXLY_CORRECT") == NULL);
}
