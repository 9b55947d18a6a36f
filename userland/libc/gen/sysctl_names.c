/*
 * sysctl(3) by name.
 *
 * NetBSD asks the kernel for the names of a node's children. The names that have numbers of their own in
 * <sys/sysctl.h> never change, and are all there are here.
 */
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <uvm/uvm_param.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct node {
	const char *name;
	int number;
	const struct node *children;
};

#define END { NULL, 0, NULL }

static const struct node sysvipc_nodes[] = {
	{ "sysvipc_info", KERN_SYSVIPC_INFO, NULL },
	{ "sysvmsg", KERN_SYSVIPC_MSG, NULL },
	{ "sysvsem", KERN_SYSVIPC_SEM, NULL },
	{ "sysvshm", KERN_SYSVIPC_SHM, NULL },
	{ "shmmax", KERN_SYSVIPC_SHMMAX, NULL },
	{ "shmmni", KERN_SYSVIPC_SHMMNI, NULL },
	{ "shmseg", KERN_SYSVIPC_SHMSEG, NULL },
	{ "shmmaxpgs", KERN_SYSVIPC_SHMMAXPGS, NULL },
	{ "shm_use_phys", KERN_SYSVIPC_SHMUSEPHYS, NULL },
	END
};

static const struct node kern_nodes[] = {
	{ "ostype", KERN_OSTYPE, NULL },
	{ "osrelease", KERN_OSRELEASE, NULL },
	{ "osrevision", KERN_OSREV, NULL },
	{ "version", KERN_VERSION, NULL },
	{ "maxvnodes", KERN_MAXVNODES, NULL },
	{ "maxproc", KERN_MAXPROC, NULL },
	{ "maxfiles", KERN_MAXFILES, NULL },
	{ "argmax", KERN_ARGMAX, NULL },
	{ "securelevel", KERN_SECURELVL, NULL },
	{ "hostname", KERN_HOSTNAME, NULL },
	{ "hostid", KERN_HOSTID, NULL },
	{ "clockrate", KERN_CLOCKRATE, NULL },
	{ "vnode", KERN_VNODE, NULL },
	{ "file", KERN_FILE, NULL },
	{ "posix1version", KERN_POSIX1, NULL },
	{ "ngroups", KERN_NGROUPS, NULL },
	{ "job_control", KERN_JOB_CONTROL, NULL },
	{ "saved_ids", KERN_SAVED_IDS, NULL },
	{ "domainname", KERN_DOMAINNAME, NULL },
	{ "maxpartitions", KERN_MAXPARTITIONS, NULL },
	{ "rawpartition", KERN_RAWPARTITION, NULL },
	{ "timex", KERN_TIMEX, NULL },
	{ "autonicetime", KERN_AUTONICETIME, NULL },
	{ "autoniceval", KERN_AUTONICEVAL, NULL },
	{ "rtc_offset", KERN_RTC_OFFSET, NULL },
	{ "root_device", KERN_ROOT_DEVICE, NULL },
	{ "msgbufsize", KERN_MSGBUFSIZE, NULL },
	{ "fsync", KERN_FSYNC, NULL },
	{ "synchronized_io", KERN_SYNCHRONIZED_IO, NULL },
	{ "iov_max", KERN_IOV_MAX, NULL },
	{ "mapped_files", KERN_MAPPED_FILES, NULL },
	{ "memlock", KERN_MEMLOCK, NULL },
	{ "memlock_range", KERN_MEMLOCK_RANGE, NULL },
	{ "memory_protection", KERN_MEMORY_PROTECTION, NULL },
	{ "login_name_max", KERN_LOGIN_NAME_MAX, NULL },
	{ "defcorename", KERN_DEFCORENAME, NULL },
	{ "logsigexit", KERN_LOGSIGEXIT, NULL },
	{ "proc2", KERN_PROC2, NULL },
	{ "proc_args", KERN_PROC_ARGS, NULL },
	{ "fscale", KERN_FSCALE, NULL },
	{ "cp_time", KERN_CP_TIME, NULL },
	{ "msgbuf", KERN_MSGBUF, NULL },
	{ "consdev", KERN_CONSDEV, NULL },
	{ "maxptys", KERN_MAXPTYS, NULL },
	{ "pipe", KERN_PIPE, NULL },
	{ "maxphys", KERN_MAXPHYS, NULL },
	{ "sbmax", KERN_SBMAX, NULL },
	{ "tkstat", KERN_TKSTAT, NULL },
	{ "monotonic_clock", KERN_MONOTONIC_CLOCK, NULL },
	{ "urandom", KERN_URND, NULL },
	{ "labelsector", KERN_LABELSECTOR, NULL },
	{ "labeloffset", KERN_LABELOFFSET, NULL },
	{ "lwp", KERN_LWP, NULL },
	{ "forkfsleep", KERN_FORKFSLEEP, NULL },
	{ "posix_threads", KERN_POSIX_THREADS, NULL },
	{ "posix_semaphores", KERN_POSIX_SEMAPHORES, NULL },
	{ "posix_barriers", KERN_POSIX_BARRIERS, NULL },
	{ "posix_timers", KERN_POSIX_TIMERS, NULL },
	{ "posix_spin_locks", KERN_POSIX_SPIN_LOCKS, NULL },
	{ "posix_reader_writer_locks", KERN_POSIX_READER_WRITER_LOCKS, NULL },
	{ "dump_on_panic", KERN_DUMP_ON_PANIC, NULL },
	{ "root_partition", KERN_ROOT_PARTITION, NULL },
	{ "drivers", KERN_DRIVERS, NULL },
	{ "buf", KERN_BUF, NULL },
	{ "file2", KERN_FILE2, NULL },
	{ "cp_id", KERN_CP_ID, NULL },
	{ "hardclock_ticks", KERN_HARDCLOCK_TICKS, NULL },
	{ "arandom", KERN_ARND, NULL },
	{ "ipc", KERN_SYSVIPC, sysvipc_nodes },
	{ "boottime", KERN_BOOTTIME, NULL },
	{ "evcnt", KERN_EVCNT, NULL },
	END
};

static const struct node vm_nodes[] = {
	{ "vmmeter", VM_METER, NULL },
	{ "loadavg", VM_LOADAVG, NULL },
	{ "uvmexp", VM_UVMEXP, NULL },
	{ "nkmempages", VM_NKMEMPAGES, NULL },
	{ "uvmexp2", VM_UVMEXP2, NULL },
	{ "anonmin", VM_ANONMIN, NULL },
	{ "execmin", VM_EXECMIN, NULL },
	{ "filemin", VM_FILEMIN, NULL },
	{ "maxslp", VM_MAXSLP, NULL },
	{ "uspace", VM_USPACE, NULL },
	{ "anonmax", VM_ANONMAX, NULL },
	{ "execmax", VM_EXECMAX, NULL },
	{ "filemax", VM_FILEMAX, NULL },
	{ "minaddress", VM_MINADDRESS, NULL },
	{ "maxaddress", VM_MAXADDRESS, NULL },
	{ "proc", VM_PROC, NULL },
	{ "guard_size", VM_GUARD_SIZE, NULL },
	{ "thread_guard_size", VM_THREAD_GUARD_SIZE, NULL },
	END
};

static const struct node hw_nodes[] = {
	{ "machine", HW_MACHINE, NULL },
	{ "model", HW_MODEL, NULL },
	{ "ncpu", HW_NCPU, NULL },
	{ "byteorder", HW_BYTEORDER, NULL },
	{ "physmem", HW_PHYSMEM, NULL },
	{ "usermem", HW_USERMEM, NULL },
	{ "pagesize", HW_PAGESIZE, NULL },
	{ "disknames", HW_DISKNAMES, NULL },
	{ "iostats", HW_IOSTATS, NULL },
	{ "machine_arch", HW_MACHINE_ARCH, NULL },
	{ "alignbytes", HW_ALIGNBYTES, NULL },
	{ "cnmagic", HW_CNMAGIC, NULL },
	{ "physmem64", HW_PHYSMEM64, NULL },
	{ "usermem64", HW_USERMEM64, NULL },
	{ "iostatnames", HW_IOSTATNAMES, NULL },
	{ "ncpuonline", HW_NCPUONLINE, NULL },
	END
};

static const struct node user_nodes[] = {
	{ "cs_path", USER_CS_PATH, NULL },
	{ "bc_base_max", USER_BC_BASE_MAX, NULL },
	{ "bc_dim_max", USER_BC_DIM_MAX, NULL },
	{ "bc_scale_max", USER_BC_SCALE_MAX, NULL },
	{ "bc_string_max", USER_BC_STRING_MAX, NULL },
	{ "coll_weights_max", USER_COLL_WEIGHTS_MAX, NULL },
	{ "expr_nest_max", USER_EXPR_NEST_MAX, NULL },
	{ "line_max", USER_LINE_MAX, NULL },
	{ "re_dup_max", USER_RE_DUP_MAX, NULL },
	{ "posix2_version", USER_POSIX2_VERSION, NULL },
	{ "stream_max", USER_STREAM_MAX, NULL },
	{ "tzname_max", USER_TZNAME_MAX, NULL },
	{ "atexit_max", USER_ATEXIT_MAX, NULL },
	END
};

static const struct node limit_type_nodes[] = {
	{ "soft", PROC_PID_LIMIT_TYPE_SOFT, NULL },
	{ "hard", PROC_PID_LIMIT_TYPE_HARD, NULL },
	END
};

static const struct node limit_nodes[] = {
	{ "cputime", PROC_PID_LIMIT_CPU, limit_type_nodes },
	{ "filesize", PROC_PID_LIMIT_FSIZE, limit_type_nodes },
	{ "datasize", PROC_PID_LIMIT_DATA, limit_type_nodes },
	{ "stacksize", PROC_PID_LIMIT_STACK, limit_type_nodes },
	{ "coredumpsize", PROC_PID_LIMIT_CORE, limit_type_nodes },
	{ "memoryuse", PROC_PID_LIMIT_RSS, limit_type_nodes },
	{ "memorylocked", PROC_PID_LIMIT_MEMLOCK, limit_type_nodes },
	{ "maxproc", PROC_PID_LIMIT_NPROC, limit_type_nodes },
	{ "descriptors", PROC_PID_LIMIT_NOFILE, limit_type_nodes },
	{ "sbsize", PROC_PID_LIMIT_SBSIZE, limit_type_nodes },
	{ "vmemoryuse", PROC_PID_LIMIT_AS, limit_type_nodes },
	{ "maxlwp", PROC_PID_LIMIT_NTHR, limit_type_nodes },
	END
};

static const struct node process_nodes[] = {
	{ "corename", PROC_PID_CORENAME, NULL },
	{ "rlimit", PROC_PID_LIMIT, limit_nodes },
	{ "stopfork", PROC_PID_STOPFORK, NULL },
	{ "stopexec", PROC_PID_STOPEXEC, NULL },
	{ "stopexit", PROC_PID_STOPEXIT, NULL },
	{ "paxflags", PROC_PID_PAXFLAGS, NULL },
	END
};

/* Any process: a number takes the place of the name. */
static const struct node proc_nodes[] = {
	{ "curproc", PROC_CURPROC, process_nodes },
	END
};

static const struct node root_nodes[] = {
	{ "kern", CTL_KERN, kern_nodes },
	{ "vm", CTL_VM, vm_nodes },
	{ "vfs", CTL_VFS, NULL },
	{ "net", CTL_NET, NULL },
	{ "debug", CTL_DEBUG, NULL },
	{ "hw", CTL_HW, hw_nodes },
	{ "machdep", CTL_MACHDEP, NULL },
	{ "user", CTL_USER, user_nodes },
	{ "ddb", CTL_DDB, NULL },
	{ "proc", CTL_PROC, proc_nodes },
	{ "vendor", CTL_VENDOR, NULL },
	{ "emul", CTL_EMUL, NULL },
	{ "security", CTL_SECURITY, NULL },
	END
};

static const struct node *
find(const struct node *list, const char *name, size_t length)
{
	if (list == NULL)
		return NULL;
	for (; list->name != NULL; list++)
		if (strncmp(list->name, name, length) == 0 && list->name[length] == '\0')
			return list;
	return NULL;
}

static bool
all_digits(const char *s, size_t length)
{
	return strspn(s, "0123456789") >= length;
}

/* *length is how many numbers there is room for, and then how many there are. A number names any node. */
int
sysctlnametomib(const char *name, int *mib, size_t *length)
{
	const struct node *list = root_nodes, *node;
	size_t count = 0, n;

	if (*name == '.')
		name++;
	for (;; name += n + 1) {
		n = strcspn(name, "./");
		if (count == *length) {
			errno = ENOMEM;
			return -1;
		}
		node = find(list, name, n);
		if (node != NULL) {
			mib[count++] = node->number;
			list = node->children;
		} else if (n > 0 && all_digits(name, n)) {
			mib[count++] = atoi(name);
			list = list == proc_nodes ? process_nodes : NULL;
		} else {
			errno = ENOENT;
			return -1;
		}
		if (name[n] == '\0')
			break;
	}
	*length = count;
	return 0;
}

int
sysctlbyname(const char *name, void *old, size_t *old_size, const void *new, size_t new_size)
{
	int mib[CTL_MAXNAME];
	size_t length = CTL_MAXNAME;

	if (sysctlnametomib(name, mib, &length) == -1)
		return -1;
	return sysctl(mib, length, old, old_size, new, new_size);
}

/* The value in memory of its own, however much it grows between asking for its size and for itself. */
void *
asysctl(const int *mib, size_t length, size_t *size)
{
	void *value = NULL, *bigger;
	size_t have = 0, need;

	for (;;) {
		need = have;
		if (sysctl(mib, length, value, &need, NULL, 0) == 0 && value != NULL) {
			*size = need;
			return value;
		}
		if (errno != ENOMEM && value != NULL)
			break;
		if (sysctl(mib, length, NULL, &need, NULL, 0) == -1)
			break;
		have = need + need / 8 + 1;
		bigger = realloc(value, have);
		if (bigger == NULL)
			break;
		value = bigger;
	}
	free(value);
	*size = 0;
	return NULL;
}

void *
asysctlbyname(const char *name, size_t *size)
{
	int mib[CTL_MAXNAME];
	size_t length = CTL_MAXNAME;

	*size = 0;
	return sysctlnametomib(name, mib, &length) == -1 ? NULL : asysctl(mib, length, size);
}
