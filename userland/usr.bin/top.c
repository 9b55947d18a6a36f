/* top: the processes that keep the machine busy, one screen of them. */
#include <sys/ioctl.h>
#include <pwd.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>
#include <uvm/uvm_extern.h>

#include "command.h"
#include "processes.h"

static const char usage[] = "usage: top [-b] [-d count] [-s seconds] [number]\n";

static double
used(const struct kinfo_proc2 *k)
{
	return k->p_rtime_sec + k->p_rtime_usec / 1e6;
}

static int
compare(const void *a, const void *b)
{
	const struct kinfo_proc2 *x = a, *y = b;
	double p = used(x), q = used(y);

	if (p != q)
		return p < q ? 1 : -1;
	return (x->p_pid > y->p_pid) - (x->p_pid < y->p_pid);
}

static const char *
state_name(const struct kinfo_proc2 *k)
{
	static const char *const names[] = { "?", "start", "RUN", "sleep", "stop", "zombie", "dead", "CPU", "suspend" };

	if (k->p_stat == STATE_SLEEP && k->p_wmesg[0] != '\0')
		return k->p_wmesg;
	return (size_t)k->p_stat < sizeof(names) / sizeof(*names) ? names[(size_t)k->p_stat] : "?";
}

static void
print_summary(const struct kinfo_proc2 *list, size_t count)
{
	double load[3] = { 0 };
	struct uvmexp_sysctl vm;
	struct timespec boot, now;
	size_t size = sizeof(vm), states[16] = { 0 };
	uint64_t ticks[5] = { 0 }, total = 0;
	static const char *const names[] = { "user", "nice", "system", "interrupt", "idle" };
	char clock[16];
	long up;

	getloadavg(load, 3);
	clock_gettime(CLOCK_REALTIME, &now);
	size = sizeof(boot);
	if (sysctlbyname("kern.boottime", &boot, &size, NULL, 0) == -1)
		boot = now;
	up = now.tv_sec - boot.tv_sec;
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now.tv_sec));
	printf("load averages: %5.2f, %5.2f, %5.2f;  up %ld+%02ld:%02ld:%02ld  %s\n", load[0], load[1], load[2],
	    up / 86400, up / 3600 % 24, up / 60 % 60, up % 60, clock);
	for (size_t i = 0; i < count; i++)
		states[list[i].p_stat & 15]++;
	printf("%zu processes: %zu runnable, %zu sleeping, %zu stopped, %zu zombie, %zu on CPU\n", count,
	    states[STATE_RUN], states[STATE_SLEEP], states[STATE_STOP], states[STATE_ZOMBIE] + states[STATE_DEAD],
	    states[STATE_ONPROC]);
	size = sizeof(ticks);
	if (sysctlbyname("kern.cp_time", ticks, &size, NULL, 0) == -1)
		err(1, "kern.cp_time");
	for (int i = 0; i < 5; i++)
		total += ticks[i];
	printf("CPU states:");
	for (int i = 0; i < 5; i++)
		printf(" %5.1f%% %s%s", total == 0 ? 0 : (double)ticks[i] * 100 / (double)total, names[i],
		    i < 4 ? "," : "\n");
	size = sizeof(vm);
	if (sysctlbyname("vm.uvmexp2", &vm, &size, NULL, 0) == -1)
		err(1, "vm.uvmexp2");
	printf("Memory: %lldK used, %lldK free, %lldK total\n\n", (long long)vm.active * 4, (long long)vm.free * 4,
	    (long long)vm.npages * 4);
}

static void
print_processes(const struct kinfo_proc2 *list, size_t count, size_t limit, double elapsed)
{
	printf("  PID USERNAME PRI NICE   SIZE   RES STATE      TIME    CPU COMMAND\n");
	for (size_t i = 0; i < count && i < limit; i++) {
		const struct kinfo_proc2 *k = &list[i];

		printf("%5d %-8.8s %3d %4d %5lldK %4dK %-8.8s %3u:%02u %5.2f%% %.23s\n", k->p_pid, user_from_uid(k->p_uid, 0),
		    k->p_priority, k->p_nice - NZERO, (long long)k->p_vm_vsize * 4, k->p_vm_rssize * 4, state_name(k),
		    k->p_rtime_sec / 60, k->p_rtime_sec % 60, elapsed > 0 ? used(k) * 100 / elapsed : 0, k->p_comm);
	}
}

int
main(int argc, char **argv)
{
	bool batch = !isatty(STDOUT_FILENO);
	long displays = 1, pause = 2, limit = -1;
	struct winsize size;
	int c;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "bd:s:")) != -1) {
		switch (c) {
		case 'b': batch = true; break;
		case 'd': displays = atol(optarg); break;
		case 's': pause = atol(optarg); break;
		default: usage_error(usage);
		}
	}
	if (optind < argc)
		limit = atol(argv[optind]);
	else if (!batch && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 8)
		limit = size.ws_row - 8;
	for (long i = 0; i < displays; i++) {
		struct timespec up;
		struct kinfo_proc2 *list;
		size_t count;

		if (i > 0)
			sleep((unsigned)pause);
		list = get_processes(KERN_PROC_ALL, 0, &count);
		qsort(list, count, sizeof(*list), compare);
		if (!batch)
			printf("\033[H\033[J");
		else if (i > 0)
			putchar('\n');
		clock_gettime(CLOCK_MONOTONIC, &up);
		print_summary(list, count);
		print_processes(list, count, limit < 0 ? count : (size_t)limit, (double)up.tv_sec + (double)up.tv_nsec / 1e9);
		fflush(stdout);
		free(list);
	}
	return output_failed();
}
