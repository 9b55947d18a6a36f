/* vmstat: what the kernel has been doing. */
#include <sys/sysctl.h>
#include <err.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>
#include <uvm/uvm_extern.h>

#include "command.h"
#include "processes.h"

static const char usage[] = "usage: vmstat [-s] [-c count] [-w wait] [wait [count]]\n";

static void
read_counters(struct uvmexp_sysctl *u)
{
	size_t size = sizeof(*u);

	if (sysctlbyname("vm.uvmexp2", u, &size, NULL, 0) == -1)
		err(1, "vm.uvmexp2");
}

/* -s: everything since boot. */
static void
print_sums(void)
{
	struct uvmexp_sysctl u;

	read_counters(&u);

	const struct {
		int64_t value;
		const char *name;
	} rows[] = {
		{ u.pagesize, "bytes per page" },
		{ u.ncolors, "page color" },
		{ u.npages, "pages managed" },
		{ u.free, "pages free" },
		{ u.active, "pages active" },
		{ u.faults, "page faults" },
		{ u.traps, "traps" },
		{ u.swtch, "context switches" },
		{ u.syscalls, "system calls" },
		{ u.forks, "forks total" },
		{ u.forks_ppwait, "forks blocked parent" },
		{ u.forks_sharevm, "forks shared address space with parent" },
		{ u.flt_anon, "faults zero-filled" },
		{ u.flt_acow, "faults copied on write" },
		{ u.flt_obj, "faults object cache" },
		{ u.flt_prcopy, "faults copied from an object" },
		{ u.nswapdev, "swap devices" },
		{ u.swpages, "swap pages" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		printf("%9lld %s\n", (long long)rows[i].value, rows[i].name);
}

static void
print_line(const struct uvmexp_sysctl *before, const struct uvmexp_sysctl *now, const uint64_t *cpu, double seconds)
{
	struct kinfo_proc2 *list;
	size_t count, running = 0, blocked = 0;
	uint64_t total = 0;

	list = get_processes(KERN_PROC_ALL, 0, &count);
	for (size_t i = 0; i < count; i++) {
		running += list[i].p_stat == STATE_RUN || list[i].p_stat == STATE_ONPROC;
		blocked += list[i].p_stat == STATE_SLEEP && (list[i].p_flag & FLAG_SINTR) == 0;
	}
	free(list);
	for (int i = 0; i < 5; i++)
		total += cpu[i];
	if (total == 0)
		total = 1;
	printf("%2zu %1zu %8lld %8lld %5.0f %5.0f %5.0f %3llu %2llu %3llu\n", running, blocked,
	    (long long)now->active * 4, (long long)now->free * 4, (double)(now->faults - before->faults) / seconds,
	    (double)(now->swtch - before->swtch) / seconds, (double)(now->forks - before->forks) / seconds,
	    (unsigned long long)((cpu[0] + cpu[1]) * 100 / total), (unsigned long long)((cpu[2] + cpu[3]) * 100 / total),
	    (unsigned long long)(cpu[4] * 100 / total));
	fflush(stdout);
}

static void
print_lines(long wait, long count)
{
	struct uvmexp_sysctl before = { 0 }, now;
	uint64_t ticks[5], used[5], earlier[5] = { 0 };
	struct timespec up;
	double seconds;
	size_t size;

	printf("procs     memory      page  kernel      cpu\n r b     used     free   flt    cs forks  us sy  id\n");
	for (long i = 0; count == 0 || i < count; i++) {
		read_counters(&now);
		size = sizeof(ticks);
		if (sysctlbyname("kern.cp_time", ticks, &size, NULL, 0) == -1)
			err(1, "kern.cp_time");
		for (int k = 0; k < 5; k++)
			used[k] = ticks[k] - earlier[k];
		clock_gettime(CLOCK_MONOTONIC, &up);
		/* The first line is about the time since boot. */
		seconds = i > 0 ? (double)wait : (double)up.tv_sec + (double)up.tv_nsec / 1e9;
		print_line(&before, &now, used, seconds > 0 ? seconds : 1);
		before = now;
		memcpy(earlier, ticks, sizeof(ticks));
		if (count == 0 || i + 1 < count)
			sleep((unsigned)wait);
	}
}

int
main(int argc, char **argv)
{
	bool sums = false;
	long wait = 0, count = 0;
	int c;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "c:sw:")) != -1) {
		switch (c) {
		case 'c': count = atol(optarg); break;
		case 's': sums = true; break;
		case 'w': wait = atol(optarg); break;
		default: usage_error(usage);
		}
	}
	if (optind < argc)
		wait = atol(argv[optind++]);
	if (optind < argc)
		count = atol(argv[optind]);
	if (sums)
		print_sums();
	else
		print_lines(wait > 0 ? wait : 1, count == 0 && wait == 0 ? 1 : count);
	return output_failed();
}
