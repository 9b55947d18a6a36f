/*
 * Names and numbers of the process: the older interfaces over the system calls.
 */
#include <sys/param.h>
#include <sys/resource.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "libc_private.h"

int
setpgrp(pid_t pid, pid_t group)
{
	return setpgid(pid, group);
}

int
setruid(uid_t uid)
{
	return setreuid(uid, (uid_t)-1);
}

int
setrgid(gid_t gid)
{
	return setregid(gid, (gid_t)-1);
}

/* -1 is a priority like any other, so errno has to tell. */
int
nice(int increment)
{
	int saved = errno, priority;

	errno = 0;
	priority = getpriority(PRIO_PROCESS, 0);
	if (priority == -1 && errno != 0)
		return -1;
	if (setpriority(PRIO_PROCESS, 0, priority + increment) == -1) {
		if (errno == EACCES)
			errno = EPERM;
		return -1;
	}
	errno = saved;
	return getpriority(PRIO_PROCESS, 0);
}

int
setlogin(const char *name)
{
	return __setlogin(name);
}

char *
getlogin(void)
{
	static char name[MAXLOGNAME + 1];

	if (__getlogin(name, MAXLOGNAME) == -1 || name[0] == '\0')
		return NULL;
	return name;
}

int
getlogin_r(char *buffer, size_t size)
{
	char name[MAXLOGNAME + 1];

	memset(name, 0, sizeof(name));
	if (__getlogin(name, MAXLOGNAME) == -1)
		return errno;
	if (strlen(name) + 1 > size)
		return ERANGE;
	strcpy(buffer, name);
	return 0;
}

char *
cuserid(char *buffer)
{
	static char own[L_cuserid];
	struct passwd *pw = getpwuid(geteuid());

	if (buffer == NULL)
		buffer = own;
	strlcpy(buffer, pw == NULL ? "" : pw->pw_name, L_cuserid);
	return pw == NULL ? NULL : buffer;
}
