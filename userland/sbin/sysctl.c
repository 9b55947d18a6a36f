/* sysctl: read and set the kernel's variables. */
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

static const char usage[] =
    "usage: sysctl [-eNnqx] name ...\n"
    "       sysctl [-eNnqx] -a\n"
    "       sysctl [-nq] -w name=value ...\n";

static bool only_names, only_values, quiet, hexadecimal, equals;
static const char *after = "\n";	/* a value */

/* The nodes below mib[0..length), in memory to free; NULL with errno. */
static struct sysctlnode *
list_nodes(const int *mib, unsigned length, size_t *count)
{
	const struct sysctlnode version = { .sysctl_flags = SYSCTL_VERSION };
	int query[CTL_MAXNAME + 1];
	struct sysctlnode *nodes = NULL;
	size_t size = 64 * sizeof(*nodes), room;

	memcpy(query, mib, length * sizeof(*mib));
	query[length] = CTL_QUERY;
	do {
		room = size;
		free(nodes);
		if ((nodes = malloc(room)) == NULL)
			err(1, NULL);
		if (sysctl(query, length + 1, nodes, &size, &version, sizeof(version)) == -1 && errno != ENOMEM) {
			free(nodes);
			return NULL;
		}
	} while (size > room);
	*count = size / sizeof(*nodes);
	return nodes;
}

static void
print_prefix(const char *name)
{
	if (!only_values)
		printf("%s%s", name, equals ? "=" : " = ");
}

static void
print_struct(const char *name, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	if (strcmp(name, "kern.boottime") == 0 && size >= sizeof(struct timespec)) {
		const struct timespec *ts = data;

		printf("%.24s\n", ctime(&ts->tv_sec));
	} else if (strcmp(name, "vm.loadavg") == 0 && size >= sizeof(struct loadavg)) {
		const struct loadavg *load = data;

		for (int i = 0; i < 3; i++)
			printf("%.2f%c", (double)load->ldavg[i] / (double)load->fscale, i < 2 ? ' ' : '\n');
	} else if (strcmp(name, "kern.clockrate") == 0 && size >= sizeof(struct clockinfo)) {
		const struct clockinfo *c = data;

		printf("tick = %d, tickadj = %d, hz = %d, profhz = %d, stathz = %d\n", c->tick, c->tickadj, c->hz,
		    c->profhz, c->stathz);
	} else if (strcmp(name, "kern.cp_time") == 0 && size >= 5 * sizeof(uint64_t)) {
		const uint64_t *t = data;

		printf("user = %" PRIu64 ", nice = %" PRIu64 ", sys = %" PRIu64 ", intr = %" PRIu64 ", idle = %" PRIu64
		    "\n", t[0], t[1], t[2], t[3], t[4]);
	} else {
		for (size_t i = 0; i < size && i < 16; i++)
			printf("%02x", bytes[i]);
		printf("%s\n", size > 16 ? "..." : "");
	}
}

/* Print one variable. `loud` says that it was asked for by its name. */
static int
print_value(const char *name, const int *mib, unsigned length, const struct sysctlnode *node, bool loud)
{
	size_t size = 0;
	void *data;

	if (only_names) {
		puts(name);
		return 0;
	}
	if (sysctl(mib, length, NULL, &size, NULL, 0) == -1 || (data = calloc(1, size + 1)) == NULL ||
	    sysctl(mib, length, data, &size, NULL, 0) == -1) {
		if (loud)
			warn("%s", name);
		return loud;
	}
	/* -a leaves out what only programs can read. */
	if (!loud && SYSCTL_TYPE(node->sysctl_flags) == CTLTYPE_STRUCT && strcmp(name, "kern.boottime") != 0 &&
	    strcmp(name, "vm.loadavg") != 0 && strcmp(name, "kern.clockrate") != 0 && strcmp(name, "kern.cp_time") != 0) {
		free(data);
		return 0;
	}
	print_prefix(name);
	switch (SYSCTL_TYPE(node->sysctl_flags)) {
	case CTLTYPE_INT:
		printf(hexadecimal ? "0x%x%s" : "%d%s", *(int *)data, after);
		break;
	case CTLTYPE_BOOL:
		printf("%d%s", *(bool *)data, after);
		break;
	case CTLTYPE_QUAD:
		printf(hexadecimal ? "0x%" PRIx64 "%s" : "%" PRId64 "%s", *(int64_t *)data, after);
		break;
	case CTLTYPE_STRING:
		((char *)data)[strcspn(data, "\n")] = '\0';
		printf("%s%s", (char *)data, after);
		break;
	default:
		print_struct(name, data, size);
	}
	free(data);
	return 0;
}

static int
print_tree(const char *name, int *mib, unsigned length, bool loud)
{
	size_t count;
	struct sysctlnode *nodes = list_nodes(mib, length, &count);
	int status = 0;

	if (nodes == NULL) {
		if (loud)
			warn("%s", name);
		return loud;
	}
	for (size_t i = 0; i < count && length < CTL_MAXNAME; i++) {
		char *below;

		if (asprintf(&below, "%s%s%s", name, *name != '\0' ? "." : "", nodes[i].sysctl_name) == -1)
			err(1, NULL);
		mib[length] = nodes[i].sysctl_num;
		if (SYSCTL_TYPE(nodes[i].sysctl_flags) == CTLTYPE_NODE)
			status |= print_tree(below, mib, length + 1, false);
		else
			status |= print_value(below, mib, length + 1, &nodes[i], false);
		free(below);
	}
	free(nodes);
	return status;
}

/* Find a name's numbers, and what kind of variable it is. */
static bool
find(const char *name, int *mib, size_t *length, struct sysctlnode *node)
{
	size_t count;
	struct sysctlnode *nodes;

	*length = CTL_MAXNAME;
	if (sysctlnametomib(name, mib, length) == -1) {
		if (!quiet)
			warn("%s", name);
		return false;
	}
	nodes = list_nodes(mib, (unsigned)*length - 1, &count);
	if (nodes == NULL) {
		warn("%s", name);
		return false;
	}
	memset(node, 0, sizeof(*node));
	for (size_t i = 0; i < count; i++)
		if (nodes[i].sysctl_num == mib[*length - 1] || (nodes[i].sysctl_flags & CTLFLAG_ANYNUMBER && i == 0))
			*node = nodes[i];
	free(nodes);
	return true;
}

static int
set(const char *name, const char *value)
{
	int mib[CTL_MAXNAME];
	size_t length;
	struct sysctlnode node;
	union {
		int integer;
		int64_t quad;
		bool boolean;
	} number;
	const void *new = &number;
	size_t size;
	char *end = "";
	long long parsed;

	if (!find(name, mib, &length, &node))
		return 1;
	errno = 0;
	parsed = strtoll(value, &end, 0);
	switch (SYSCTL_TYPE(node.sysctl_flags)) {
	case CTLTYPE_STRING:
		new = value;
		size = strlen(value) + 1;
		end = "";
		break;
	case CTLTYPE_QUAD:
		number.quad = parsed;
		size = sizeof(number.quad);
		break;
	case CTLTYPE_BOOL:
		number.boolean = parsed != 0;
		size = sizeof(number.boolean);
		break;
	case CTLTYPE_INT:
		number.integer = (int)parsed;
		size = sizeof(number.integer);
		break;
	default:
		warnx("%s: cannot be set from here", name);
		return 1;
	}
	if (*end != '\0' || errno != 0 || *value == '\0') {
		warnx("%s: %s is not a number", name, value);
		return 1;
	}
	if (!quiet && !only_values) {
		printf("%s: ", name);
		only_values = true;
		after = "";
		print_value(name, mib, (unsigned)length, &node, true);
		only_values = false;
		after = "\n";
		fflush(stdout);
	}
	if (sysctl(mib, (unsigned)length, NULL, NULL, new, size) == -1) {
		if (!quiet && !only_values)
			putchar('\n');
		fflush(stdout);
		warn("%s", name);
		return 1;
	}
	if (!quiet && !only_values)
		printf(" -> %s\n", value);
	return 0;
}

int
main(int argc, char **argv)
{
	int mib[CTL_MAXNAME], c, status = 0;
	bool all = false, writing = false;
	struct sysctlnode node;
	size_t length;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "AaeNnqwx")) != -1) {
		switch (c) {
		case 'A': case 'a': all = true; break;
		case 'e': equals = true; break;
		case 'N': only_names = true; break;
		case 'n': only_values = true; break;
		case 'q': quiet = true; break;
		case 'w': writing = true; break;
		case 'x': hexadecimal = true; break;
		default: usage_error(usage);
		}
	}
	argv += optind;
	if (all && !writing)
		status = print_tree("", mib, 0, true);
	else if (*argv == NULL)
		usage_error(usage);
	for (; *argv != NULL; argv++) {
		char *value = strchr(*argv, '=');

		if (value != NULL) {
			*value++ = '\0';
			status |= set(*argv, value);
		} else if (writing) {
			warnx("%s: no value given", *argv);
			status = 1;
		} else if (!find(*argv, mib, &length, &node))
			status = 1;
		else if (SYSCTL_TYPE(node.sysctl_flags) == CTLTYPE_NODE)
			status |= print_tree(*argv, mib, (unsigned)length, true);
		else
			status |= print_value(*argv, mib, (unsigned)length, &node, true);
	}
	return output_failed() ? 1 : status;
}
