/* ps: what each column shows. */
#include <sys/stat.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "processes.h"
#include "ps.h"

bool only_name;

#define PAGE_KIB 4

/* A column that shows values of the structure as they are. */
#define VALUE(function, format, ...)							\
	static void									\
	function(const struct kinfo_proc2 *k, char *out, size_t size)			\
	{										\
		snprintf(out, size, format, __VA_ARGS__);				\
	}

VALUE(put_pid, "%d", k->p_pid)
VALUE(put_ppid, "%d", k->p_ppid)
VALUE(put_pgid, "%d", k->p__pgid)
VALUE(put_sid, "%d", k->p_sid)
VALUE(put_tpgid, "%d", k->p_tpgid)
VALUE(put_jobc, "%d", k->p_jobc)
VALUE(put_uid, "%u", k->p_uid)
VALUE(put_ruid, "%u", k->p_ruid)
VALUE(put_svuid, "%u", k->p_svuid)
VALUE(put_gid, "%u", k->p_gid)
VALUE(put_rgid, "%u", k->p_rgid)
VALUE(put_nice, "%d", k->p_nice - NZERO)
VALUE(put_priority, "%d", k->p_priority)
VALUE(put_estcpu, "%u", k->p_estcpu)
VALUE(put_flags, "%x", (unsigned)k->p_flag)
VALUE(put_lwps, "%llu", (unsigned long long)k->p_nlwps)
VALUE(put_vsz, "%lld", (long long)k->p_vm_vsize * PAGE_KIB)
VALUE(put_rss, "%d", k->p_vm_rssize * PAGE_KIB)
VALUE(put_tsiz, "%d", k->p_vm_tsize * PAGE_KIB)
VALUE(put_dsiz, "%d", k->p_vm_dsize * PAGE_KIB)
VALUE(put_ssiz, "%d", k->p_vm_ssize * PAGE_KIB)
VALUE(put_minflt, "%llu", (unsigned long long)k->p_uru_minflt)
VALUE(put_majflt, "%llu", (unsigned long long)k->p_uru_majflt)
VALUE(put_nvcsw, "%llu", (unsigned long long)k->p_uru_nvcsw)
VALUE(put_nivcsw, "%llu", (unsigned long long)k->p_uru_nivcsw)
VALUE(put_nsignals, "%llu", (unsigned long long)k->p_uru_nsignals)
VALUE(put_inblock, "%llu", (unsigned long long)k->p_uru_inblock)
VALUE(put_oublock, "%llu", (unsigned long long)k->p_uru_oublock)
VALUE(put_maxrss, "%llu", (unsigned long long)k->p_uru_maxrss)
VALUE(put_xstat, "%x", (unsigned)k->p_xstat)
VALUE(put_comm, "%s", k->p_comm)
VALUE(put_wchan, "%s", k->p_wmesg[0] != '\0' ? k->p_wmesg : "-")
VALUE(put_login, "%s", k->p_login[0] != '\0' ? k->p_login : "-")
VALUE(put_emul, "%s", k->p_ename)
VALUE(put_user, "%s", user_from_uid(k->p_uid, 0))
VALUE(put_ruser, "%s", user_from_uid(k->p_ruid, 0))
VALUE(put_group, "%s", group_from_gid(k->p_gid, 0))
VALUE(put_rgroup, "%s", group_from_gid(k->p_rgid, 0))
VALUE(put_cpu, "%.1f", cpu_percent(k))
VALUE(put_pending, "%08x%08x", k->p_siglist.__bits[1], k->p_siglist.__bits[0])
VALUE(put_blocked, "%08x%08x", k->p_sigmask.__bits[1], k->p_sigmask.__bits[0])
VALUE(put_ignored, "%08x%08x", k->p_sigignore.__bits[1], k->p_sigignore.__bits[0])
VALUE(put_caught, "%08x%08x", k->p_sigcatch.__bits[1], k->p_sigcatch.__bits[0])

static double
seconds_since_start(const struct kinfo_proc2 *k)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)(now.tv_sec - (time_t)k->p_ustart_sec) +
	    ((double)now.tv_nsec / 1000 - (double)k->p_ustart_usec) / 1e6;
}

/* The part of its life that a process has spent on the CPU. */
double
cpu_percent(const struct kinfo_proc2 *k)
{
	double used = k->p_rtime_sec + k->p_rtime_usec / 1e6, elapsed = seconds_since_start(k);

	if (!k->p_uvalid || elapsed <= 0)
		return 0;
	return used > elapsed ? 100 : used / elapsed * 100;
}

static void
put_memory(const struct kinfo_proc2 *k, char *out, size_t size)
{
	unsigned long long total = physical_memory();

	snprintf(out, size, "%.1f", total == 0 ? 0 : (double)k->p_vm_rssize * 4096 * 100 / (double)total);
}

static void
put_state(const struct kinfo_proc2 *k, char *out, size_t size)
{
	static const char letters[] = { '?', 'R', 'R', 'S', 'T', 'Z', 'Z', 'O', 'U' };
	char text[16], *p = text;

	*p = (size_t)k->p_stat < sizeof(letters) ? letters[(size_t)k->p_stat] : '?';
	if (k->p_stat == STATE_SLEEP && (k->p_flag & FLAG_SINTR) == 0)
		*p = 'D';
	p++;
	if (k->p_nice != NZERO)
		*p++ = k->p_nice < NZERO ? '<' : 'N';
	if (k->p_flag & FLAG_TRACED)
		*p++ = 'X';
	if (k->p_flag & FLAG_WEXIT && k->p_stat != STATE_ZOMBIE && k->p_stat != STATE_DEAD)
		*p++ = 'E';
	if (k->p_flag & FLAG_PPWAIT)
		*p++ = 'V';
	if (k->p_flag & FLAG_SYSTEM)
		*p++ = 'K';
	if (k->p_eflag & EPROC_SLEADER)
		*p++ = 's';
	if (k->p_nlwps > 1)
		*p++ = 'l';
	if (k->p_flag & FLAG_CONTROLT && k->p__pgid == k->p_tpgid)
		*p++ = '+';
	*p = '\0';
	snprintf(out, size, "%s", text);
}

static void
put_tty(const struct kinfo_proc2 *k, char *out, size_t size)
{
	const char *name = k->p_tdev == (uint32_t)-1 ? NULL : devname(k->p_tdev, S_IFCHR);

	if (name != NULL && strncmp(name, "tty", 3) == 0 && name[3] != '\0')
		name += 3;
	snprintf(out, size, "%s", name != NULL ? name : "?");
}

static void
put_long_tty(const struct kinfo_proc2 *k, char *out, size_t size)
{
	const char *name = k->p_tdev == (uint32_t)-1 ? NULL : devname(k->p_tdev, S_IFCHR);

	snprintf(out, size, "%s", name != NULL ? name : "?");
}

static void
put_duration(char *out, size_t size, unsigned long seconds, unsigned long micros)
{
	snprintf(out, size, "%lu:%02lu.%02lu", seconds / 60, seconds % 60, micros / 10000);
}

static void
put_time(const struct kinfo_proc2 *k, char *out, size_t size)
{
	put_duration(out, size, k->p_rtime_sec, k->p_rtime_usec);
}

static void
put_user_time(const struct kinfo_proc2 *k, char *out, size_t size)
{
	put_duration(out, size, k->p_uutime_sec, k->p_uutime_usec);
}

static void
put_system_time(const struct kinfo_proc2 *k, char *out, size_t size)
{
	put_duration(out, size, k->p_ustime_sec, k->p_ustime_usec);
}

static void
put_start(const struct kinfo_proc2 *k, char *out, size_t size)
{
	time_t when = k->p_ustart_sec, now = time(NULL);

	if (!k->p_uvalid)
		snprintf(out, size, "-");
	else
		strftime(out, size, now - when < 86400 ? "%l:%M%p" : now - when < 7 * 86400 ? "%a%I%p" : "%e%b%y",
		    localtime(&when));
}

static void
put_long_start(const struct kinfo_proc2 *k, char *out, size_t size)
{
	time_t when = k->p_ustart_sec;

	if (!k->p_uvalid)
		snprintf(out, size, "-");
	else
		strftime(out, size, "%c", localtime(&when));
}

/* [[days-]hours:]minutes:seconds, as POSIX wants it */
static void
put_elapsed(const struct kinfo_proc2 *k, char *out, size_t size)
{
	double elapsed = seconds_since_start(k);
	long s = k->p_uvalid && elapsed > 0 ? (long)elapsed : 0;

	if (s >= 86400)
		snprintf(out, size, "%ld-%02ld:%02ld:%02ld", s / 86400, s / 3600 % 24, s / 60 % 60, s % 60);
	else if (s >= 3600)
		snprintf(out, size, "%02ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
	else
		snprintf(out, size, "%02ld:%02ld", s / 60, s % 60);
}

static void
put_command(const struct kinfo_proc2 *k, char *out, size_t size)
{
	char *arguments;

	if (k->p_stat == STATE_ZOMBIE || k->p_stat == STATE_DEAD)
		snprintf(out, size, "(%s)", k->p_comm);
	else if (only_name)
		snprintf(out, size, "%s", k->p_comm);
	else if ((arguments = get_arguments(k->p_pid)) == NULL)
		snprintf(out, size, "[%s]", k->p_comm);
	else {
		snprintf(out, size, "%s", arguments);
		free(arguments);
	}
}

const struct column columns[] = {
	{ "%cpu", "%CPU", false, put_cpu },
	{ "%mem", "%MEM", false, put_memory },
	{ "args", "COMMAND", true, put_command },
	{ "blocked", "BLOCKED", false, put_blocked },
	{ "caught", "CAUGHT", false, put_caught },
	{ "comm", "COMMAND", true, put_comm },
	{ "command", "COMMAND", true, put_command },
	{ "cpu", "CPU", false, put_estcpu },
	{ "cputime", "TIME", false, put_time },
	{ "dsiz", "DSIZ", false, put_dsiz },
	{ "emul", "EMUL", true, put_emul },
	{ "etime", "ELAPSED", false, put_elapsed },
	{ "f", "F", false, put_flags },
	{ "flags", "F", false, put_flags },
	{ "gid", "GID", false, put_gid },
	{ "group", "GROUP", true, put_group },
	{ "ignored", "IGNORED", false, put_ignored },
	{ "inblk", "INBLK", false, put_inblock },
	{ "inblock", "INBLK", false, put_inblock },
	{ "jobc", "JOBC", false, put_jobc },
	{ "login", "LOGIN", true, put_login },
	{ "logname", "LOGIN", true, put_login },
	{ "lstart", "STARTED", true, put_long_start },
	{ "majflt", "MAJFLT", false, put_majflt },
	{ "maxrss", "MAXRSS", false, put_maxrss },
	{ "minflt", "MINFLT", false, put_minflt },
	{ "ni", "NI", false, put_nice },
	{ "nice", "NI", false, put_nice },
	{ "nivcsw", "NIVCSW", false, put_nivcsw },
	{ "nlwp", "NLWP", false, put_lwps },
	{ "nsigs", "NSIGS", false, put_nsignals },
	{ "nvcsw", "NVCSW", false, put_nvcsw },
	{ "oublk", "OUBLK", false, put_oublock },
	{ "oublock", "OUBLK", false, put_oublock },
	{ "pcpu", "%CPU", false, put_cpu },
	{ "pending", "PENDING", false, put_pending },
	{ "pgid", "PGID", false, put_pgid },
	{ "pid", "PID", false, put_pid },
	{ "pmem", "%MEM", false, put_memory },
	{ "ppid", "PPID", false, put_ppid },
	{ "pri", "PRI", false, put_priority },
	{ "rgid", "RGID", false, put_rgid },
	{ "rgroup", "RGROUP", true, put_rgroup },
	{ "rss", "RSS", false, put_rss },
	{ "rsz", "RSZ", false, put_rss },
	{ "ruid", "RUID", false, put_ruid },
	{ "ruser", "RUSER", true, put_ruser },
	{ "sess", "SESS", false, put_sid },
	{ "sid", "SID", false, put_sid },
	{ "sig", "PENDING", false, put_pending },
	{ "ssiz", "SSIZ", false, put_ssiz },
	{ "start", "STARTED", true, put_start },
	{ "stat", "STAT", true, put_state },
	{ "state", "STAT", true, put_state },
	{ "stime", "STIME", false, put_system_time },
	{ "svuid", "SVUID", false, put_svuid },
	{ "time", "TIME", false, put_time },
	{ "tpgid", "TPGID", false, put_tpgid },
	{ "tsiz", "TSIZ", false, put_tsiz },
	{ "tt", "TTY", true, put_tty },
	{ "tty", "TTY", true, put_long_tty },
	{ "ucomm", "UCOMM", true, put_comm },
	{ "uid", "UID", false, put_uid },
	{ "user", "USER", true, put_user },
	{ "utime", "UTIME", false, put_user_time },
	{ "vsize", "VSZ", false, put_vsz },
	{ "vsz", "VSZ", false, put_vsz },
	{ "wchan", "WCHAN", true, put_wchan },
	{ "xstat", "XSTAT", false, put_xstat },
	{ NULL, NULL, false, NULL },
};

const struct column *
find_column(const char *name)
{
	for (const struct column *c = columns; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}
