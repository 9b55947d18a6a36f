/* The processes of the system, as kern.proc2 tells about them. */
#ifndef PROCESSES_H
#define PROCESSES_H

#include <sys/param.h>
#include <sys/sysctl.h>
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* States of p_stat: of the process's most active thread. Programs get no header that names them. */
enum { STATE_IDL = 1, STATE_RUN, STATE_SLEEP, STATE_STOP, STATE_ZOMBIE, STATE_DEAD, STATE_ONPROC, STATE_SUSPENDED };

/* Bits of p_flag. */
enum {
	FLAG_CONTROLT = 0x2, FLAG_PPWAIT = 0x10, FLAG_SINTR = 0x80, FLAG_SYSTEM = 0x200, FLAG_TRACED = 0x800,
	FLAG_WEXIT = 0x2000
};

/* An array of the processes that `op` (KERN_PROC_*) chooses; free it. There may be more by every call. */
static inline struct kinfo_proc2 *
get_processes(int op, int argument, size_t *count)
{
	int name[6] = { CTL_KERN, KERN_PROC2, op, argument, sizeof(struct kinfo_proc2), 0 };
	struct kinfo_proc2 *list = NULL;
	size_t size;

	do {
		if (sysctl(name, 6, NULL, &size, NULL, 0) == -1)
			err(1, "kern.proc2");
		free(list);
		if ((list = malloc(size > 0 ? size : 1)) == NULL)
			err(1, NULL);
		name[5] = (int)(size / sizeof(*list));
	} while (sysctl(name, 6, list, &size, NULL, 0) == -1 && errno == ENOMEM);
	*count = size / sizeof(*list);
	return list;
}

/* A process's arguments with blanks between them; free it. NULL if it has none, or we may not look. */
static inline char *
get_arguments(pid_t pid)
{
	int name[4] = { CTL_KERN, KERN_PROC_ARGS, pid, KERN_PROC_ARGV };
	size_t size = 256 * 1024;
	char *text = malloc(size);

	if (text == NULL)
		err(1, NULL);
	if (sysctl(name, 4, text, &size, NULL, 0) == -1 || size == 0) {
		free(text);
		return NULL;
	}
	for (size_t i = 0; i + 1 < size; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	text[size - 1] = '\0';
	return realloc(text, size);
}

/* The bytes of memory that the machine has. */
static inline unsigned long long
physical_memory(void)
{
	unsigned long long bytes = 0;
	size_t size = sizeof(bytes);

	sysctlbyname("hw.physmem64", &bytes, &size, NULL, 0);
	return bytes;
}

#endif
