/*
 * What the machine is called: gethostname(3), uname(3), getloadavg(3).
 */
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/utsname.h>
#include <uvm/uvm_param.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A string that does not fit is cut, and ends in a NUL all the same. */
static int
get_string(int top, int number, char *buffer, size_t size)
{
	int mib[2] = { top, number };
	size_t got = size;

	if (sysctl(mib, 2, buffer, &got, NULL, 0) == -1) {
		if (errno != ENOMEM || size == 0)
			return -1;
		buffer[size - 1] = '\0';
	}
	return 0;
}

static int
set_string(int number, const char *value, size_t length)
{
	int mib[2] = { CTL_KERN, number };

	return sysctl(mib, 2, NULL, NULL, value, length);
}

int
gethostname(char *name, size_t size)
{
	return get_string(CTL_KERN, KERN_HOSTNAME, name, size);
}

int
sethostname(const char *name, size_t length)
{
	return set_string(KERN_HOSTNAME, name, length);
}

int
getdomainname(char *name, size_t size)
{
	return get_string(CTL_KERN, KERN_DOMAINNAME, name, size);
}

int
setdomainname(const char *name, size_t length)
{
	return set_string(KERN_DOMAINNAME, name, length);
}

long
gethostid(void)
{
	int mib[2] = { CTL_KERN, KERN_HOSTID }, id;
	size_t size = sizeof(id);

	return sysctl(mib, 2, &id, &size, NULL, 0) == -1 ? -1 : id;
}

int
uname(struct utsname *u)
{
	char *p;

	if (get_string(CTL_KERN, KERN_OSTYPE, u->sysname, sizeof(u->sysname)) == -1 ||
	    get_string(CTL_KERN, KERN_HOSTNAME, u->nodename, sizeof(u->nodename)) == -1 ||
	    get_string(CTL_KERN, KERN_OSRELEASE, u->release, sizeof(u->release)) == -1 ||
	    get_string(CTL_KERN, KERN_VERSION, u->version, sizeof(u->version)) == -1 ||
	    get_string(CTL_HW, HW_MACHINE, u->machine, sizeof(u->machine)) == -1)
		return -1;
	/* The version is a banner of several lines. */
	for (p = u->version; *p != '\0'; p++)
		if (*p == '\n' || *p == '\t')
			*p = p[1] == '\0' ? '\0' : ' ';
	return 0;
}

int
getloadavg(double averages[], int count)
{
	int mib[2] = { CTL_VM, VM_LOADAVG }, i;
	struct loadavg load;
	size_t size = sizeof(load);

	if (sysctl(mib, 2, &load, &size, NULL, 0) == -1)
		return -1;
	for (i = 0; i < count && i < (int)__arraycount(load.ldavg); i++)
		averages[i] = (double)load.ldavg[i] / load.fscale;
	return i;
}
