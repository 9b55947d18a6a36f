/*
 * sysctl(3), by number and by name.
 *
 * Which names there are only the kernel knows: asked with CTL_QUERY, it lists the nodes below one.
 */
#include <sys/param.h>
#include <sys/sysctl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "libc_private.h"

#define NODES_EXPECTED 64	/* more are asked for again */

int
sysctl(const int *mib, u_int length, void *old, size_t *old_size, const void *new, size_t new_size)
{
	return __sysctl(mib, length, old, old_size, new, new_size);
}

/* The nodes below mib[0..length), in memory to free; NULL with errno. */
static struct sysctlnode *
list_nodes(const int *mib, size_t length, size_t *count)
{
	const struct sysctlnode version = { .sysctl_flags = SYSCTL_VERSION };
	struct sysctlnode *nodes = NULL;
	size_t room = NODES_EXPECTED, size;
	int query[CTL_MAXNAME + 1];

	memcpy(query, mib, length * sizeof(*mib));
	query[length] = CTL_QUERY;
	for (;;) {
		if (reallocarr(&nodes, room, sizeof(*nodes)) != 0) {
			errno = ENOMEM;
			break;
		}
		size = room * sizeof(*nodes);
		if (sysctl(query, length + 1, nodes, &size, &version, sizeof(version)) == -1 && errno != ENOMEM)
			break;
		*count = size / sizeof(*nodes);
		if (*count <= room)
			return nodes;
		room = *count;
	}
	free(nodes);
	return NULL;
}

static bool
is_named(const struct sysctlnode *node, const char *text, size_t length)
{
	if (strncmp(node->sysctl_name, text, length) == 0 && node->sysctl_name[length] == '\0')
		return true;
	/* Below some nodes any number will do: proc.1 as well as proc.curproc. */
	return (node->sysctl_flags & CTLFLAG_ANYNUMBER) != 0 && strspn(text, "0123456789") >= length;
}

/* The number of one component of a name, `text`, below mib[0..length); -1 with errno. */
static int
find_number(const int *mib, size_t length, const char *text, size_t text_length)
{
	struct sysctlnode *nodes;
	size_t count, i;
	int number = -1;

	nodes = list_nodes(mib, length, &count);
	if (nodes == NULL) {
		if (errno == ENOTDIR)
			errno = ENOENT;
		return -1;
	}
	for (i = 0; i < count && !is_named(&nodes[i], text, text_length); i++)
		continue;
	if (i == count)
		errno = ENOENT;
	else
		number = *text >= '0' && *text <= '9' ? atoi(text) : nodes[i].sysctl_num;
	free(nodes);
	return number;
}

/* *length is how many numbers there is room for, and then how many there are. */
int
sysctlnametomib(const char *name, int *mib, size_t *length)
{
	size_t count = 0, n;
	int number;

	if (*name == '.')
		name++;
	for (;; name += n + 1) {
		n = strcspn(name, "./");
		if (n == 0 || n >= SYSCTL_NAMELEN) {
			errno = ENOENT;
			return -1;
		}
		if (count == *length || count == CTL_MAXNAME) {
			errno = ENOMEM;
			return -1;
		}
		number = find_number(mib, count, name, n);
		if (number == -1)
			return -1;
		mib[count++] = number;
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
