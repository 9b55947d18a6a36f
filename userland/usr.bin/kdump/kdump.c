/* kdump: show a trace that ktrace made. */
#include <sys/param.h>
#include <sys/ktrace.h>
#include <sys/time.h>

#include <err.h>
#include <unistd.h>

#include "command.h"
#include "kdump.h"
#include "tracepoints.h"

static const char usage[] =
    "usage: kdump [-dnx] [-E | -R | -T] [-f file] [-m bytes] [-p pid] [-t letters]\n"
    "-T shows absolute times, -R those since the last record, -E those since the first\n";

/* How a kind of record is called, and the least that it holds. */
static const struct kind {
	const char *name;
	size_t least;
} kinds[] = {
	[KTR_SYSCALL] = { "CALL", sizeof(struct ktr_syscall) },
	[KTR_SYSRET] = { "RET", sizeof(struct ktr_sysret) },
	[KTR_NAMEI] = { "NAMI", 0 },
	[KTR_GENIO] = { "GIO", sizeof(struct ktr_genio) },
	[KTR_PSIG] = { "PSIG", sizeof(struct ktr_psig) },
	[KTR_CSW] = { "CSW", sizeof(struct ktr_csw) },
	[KTR_EMUL] = { "EMUL", 0 },
	[KTR_USER] = { "USER", sizeof(struct ktr_user) },
	[KTR_EXEC_ARG] = { "ARG", 0 },
	[KTR_EXEC_ENV] = { "ENV", 0 },
	[KTR_MIB] = { "MIB", 0 },
	[KTR_EXEC_FD] = { "FD", sizeof(struct ktr_execfd) },
};

/* The next record's header and data; 0 at the end of the file. */
static int
read_record(FILE *in, struct ktr_header *header, char **data, size_t *room)
{
	size_t n = fread(header, 1, sizeof(*header), in);

	if (n == 0)
		return 0;
	if (n < sizeof(*header) || header->ktr_len < 0)
		errx(1, "the trace is damaged or cut off");
	if ((size_t)header->ktr_len > *room) {
		*room = header->ktr_len;
		if ((*data = realloc(*data, *room)) == NULL)
			err(1, NULL);
	}
	if (fread(*data, 1, header->ktr_len, in) != (size_t)header->ktr_len)
		errx(1, "the trace is damaged or cut off");
	return 1;
}

/* A record's time: versions have it in different shapes. */
static struct timespec
time_of(const struct ktr_header *header)
{
	struct timespec when = header->ktr_ts;

	if (header->ktr_version == 0) {
		when.tv_sec = header->ktr_otv.tv_sec;
		when.tv_nsec = header->ktr_otv.tv_usec * 1000;
	} else if (header->ktr_version == 1) {
		when.tv_sec = header->ktr_ots.tv_sec;
		when.tv_nsec = header->ktr_ots.tv_nsec;
	}
	return when;
}

static void
print_header(const struct ktr_header *header, char times)
{
	static struct timespec first, last;
	static int begun;
	struct timespec now = time_of(header), shown = now;
	lwpid_t lid = header->ktr_version == 0 ? 0 : header->ktr_version == 1 ? header->ktr_olid : header->ktr_lid;

	if (!begun) {
		first = last = now;
		begun = 1;
	}
	printf("%6d %6d %-8.*s ", header->ktr_pid, lid, MAXCOMLEN, header->ktr_comm);
	if (times == 'R')
		timespecsub(&now, &last, &shown);
	else if (times == 'E')
		timespecsub(&now, &first, &shown);
	if (times != '\0')
		printf("%jd.%09ld ", (intmax_t)shown.tv_sec, shown.tv_nsec);
	last = now;
}

static void
dump(FILE *in, int points, pid_t pid, char times, const struct style *style)
{
	struct ktr_header header;
	char *data = NULL;
	size_t room = 0;

	while (read_record(in, &header, &data, &room)) {
		size_t type = (unsigned short)header.ktr_type;
		const struct kind *kind = type < sizeof(kinds) / sizeof(kinds[0]) ? &kinds[type] : NULL;

		if (kind == NULL || kind->name == NULL || (size_t)header.ktr_len < kind->least)
			errx(1, "the trace is damaged: a record of type %zu, %d bytes long", type, header.ktr_len);
		if ((pid != 0 && header.ktr_pid != pid) || !(points & 1 << type))
			continue;
		print_header(&header, times);
		printf("%-5s ", kind->name);
		print_record(&header, data, style);
	}
	free(data);
}

static long
number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || value < 0)
		errx(1, "%s: not a number", text);
	return value;
}

int
main(int argc, char **argv)
{
	struct style style = { .most_data = SIZE_MAX };
	const char *file = "ktrace.out";
	int points = ALL_POINTS;
	pid_t pid = 0;
	char times = '\0';
	FILE *in;
	int c;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "dEf:m:np:RTt:x")) != -1) {
		switch (c) {
		case 'd': style.decimal = 1; break;
		case 'E': case 'R': case 'T': times = c; break;
		case 'f': file = optarg; break;
		case 'm': style.most_data = number(optarg); break;
		case 'n': style.plain = 1; break;
		case 'p': pid = number(optarg); break;
		case 't':
			if ((points = trace_points(optarg)) <= 0)
				usage_error(usage);
			break;
		case 'x': style.hex = 1; break;
		default: usage_error(usage);
		}
	}
	if (optind != argc)
		usage_error(usage);
	in = strcmp(file, "-") == 0 ? stdin : fopen(file, "r");
	if (in == NULL)
		err(1, "%s", file);
	dump(in, points, pid, times, &style);
	if (ferror(in))
		err(1, "%s", file);
	return output_failed();
}
