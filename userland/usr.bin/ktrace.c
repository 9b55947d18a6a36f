/* ktrace: have the kernel record what processes do, or stop that. */
#include <sys/param.h>
#include <sys/ktrace.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "command.h"
#include "tracepoints.h"

static const char usage[] =
    "usage: ktrace [-aCcdi] [-f file] [-t letters] [-g pgrp | -p pid]\n"
    "       ktrace [-adi] [-f file] [-t letters] command [argument ...]\n"
    "letters: A all, a exec's arguments, c system calls, e emulation, f exec's descriptors, i data,\n"
    "         l sysctl, n paths, s signals, u utrace, v environment, w context switches, + default\n";

static pid_t
number(const char *text, const char *what)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || value <= 0 || value > 1 << 30)
		errx(1, "%s: not a %s", text, what);
	return value;
}

/* The file to trace to, empty unless it is to be added to. */
static void
make_file(const char *file, int append)
{
	int fd = open(file, O_CREAT | O_WRONLY | (append ? 0 : O_TRUNC), 0600);

	if (fd == -1)
		err(1, "%s", file);
	close(fd);
}

int
main(int argc, char **argv)
{
	const char *file = "ktrace.out";
	int append = 0, clear = 0, everything = 0, flags = 0, inherit = 0, points = DEFAULT_POINTS;
	pid_t pid = 0;
	int c;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "+aCcdf:g:ip:t:")) != -1) {
		switch (c) {
		case 'a': append = 1; break;
		case 'C': clear = everything = 1; break;
		case 'c': clear = 1; break;
		case 'd': flags |= KTRFLAG_DESCEND; break;
		case 'f': file = optarg; break;
		case 'g': pid = -number(optarg, "process group"); break;
		case 'i': inherit = KTRFAC_INHERIT; break;
		case 'p': pid = number(optarg, "process id"); break;
		case 't':
			if ((points = trace_points(optarg)) <= 0)
				usage_error(usage);
			break;
		default: usage_error(usage);
		}
	}
	argv += optind;
	if (everything) {
		/* All that descend from process 1, as far as that is permitted. */
		pid = 1;
		flags |= KTRFLAG_DESCEND;
		points = ALL_POINTS;
	}
	if ((pid == 0) == (*argv == NULL) || (clear && *argv != NULL))
		usage_error(usage);
	points |= inherit;
	flags |= KTRFACv2;	/* the version of the records goes with the operation */
	if (clear) {
		if (ktrace(NULL, KTROP_CLEAR | flags, points, pid) == -1)
			err(1, "cannot stop tracing");
		return 0;
	}
	make_file(file, append);
	if (ktrace(file, KTROP_SET | flags, points, pid == 0 ? getpid() : pid) == -1)
		err(1, "%s", file);
	if (*argv == NULL)
		return 0;
	execvp(*argv, argv);
	err(errno == ENOENT ? 127 : 126, "%s", *argv);
}
