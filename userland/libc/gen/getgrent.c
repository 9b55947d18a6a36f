/*
 * The group file. Without one there is wheel.
 */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "textdb.h"

#define PATH_GROUP	"/etc/group"
#define WHEEL_ENTRY	"wheel:*:0:root"

enum { FIELDS = 4 };

/* The member list goes behind the line: an array of pointers into it. */
static int
parse_members(char *list, struct group *gr, char *free_space, char *end)
{
	uintptr_t aligned = ((uintptr_t)free_space + sizeof(char *) - 1) & ~(sizeof(char *) - 1);
	char **members = (char **)aligned, *name;
	size_t room = aligned >= (uintptr_t)end ? 0 : ((uintptr_t)end - aligned) / sizeof(char *), count = 0;

	while ((name = strsep(&list, ",")) != NULL) {
		if (*name == '\0')
			continue;
		if (count + 1 >= room)
			return ERANGE;
		members[count++] = name;
	}
	if (room == 0)
		return ERANGE;
	members[count] = NULL;
	gr->gr_mem = members;
	return 0;
}

/* EINVAL for a line that is not an entry. */
static int
parse(char *line, size_t size, struct group *gr)
{
	size_t length = strlen(line);
	char *f[FIELDS];

	if (__textdb_split(line, f, FIELDS) != FIELDS || *f[0] == '\0' ||
	    __textdb_number(f[2], &gr->gr_gid) == -1)
		return EINVAL;
	gr->gr_name = f[0];
	gr->gr_passwd = f[1];
	return parse_members(f[3], gr, line + length + 1, line + size);
}

static int
next(FILE *f, struct group *gr, char *buffer, size_t size)
{
	int error;

	do {
		error = __textdb_line(f, buffer, size);
		if (error == 0)
			error = parse(buffer, size, gr);
	} while (error == EINVAL);
	return error;
}

static int
wheel_entry(struct group *gr, char *buffer, size_t size)
{
	if (strlcpy(buffer, WHEEL_ENTRY, size) >= size)
		return ERANGE;
	return parse(buffer, size, gr);
}

static int
look_up(const char *name, gid_t gid, struct group *gr, char *buffer, size_t size, struct group **result)
{
	FILE *f = fopen(PATH_GROUP, "re");
	int error;

	*result = NULL;
	if (f == NULL) {
		error = wheel_entry(gr, buffer, size);
		if (error == 0 && (name != NULL ? strcmp(name, gr->gr_name) == 0 : gid == gr->gr_gid))
			*result = gr;
		return error;
	}
	while ((error = next(f, gr, buffer, size)) == 0) {
		if (name != NULL ? strcmp(name, gr->gr_name) == 0 : gid == gr->gr_gid) {
			*result = gr;
			break;
		}
	}
	fclose(f);
	return error == ENOENT ? 0 : error;
}

int
getgrnam_r(const char *name, struct group *gr, char *buffer, size_t size, struct group **result)
{
	return look_up(name, 0, gr, buffer, size, result);
}

int
getgrgid_r(gid_t gid, struct group *gr, char *buffer, size_t size, struct group **result)
{
	return look_up(NULL, gid, gr, buffer, size, result);
}

/* Grows until the longest entry fits. */
static struct group entry;
static char *entry_buffer;
static size_t entry_size;

static bool
grow(void)
{
	size_t size = entry_size == 0 ? _GETGR_R_SIZE_MAX : entry_size * 2;
	char *bigger = realloc(entry_buffer, size);

	if (bigger == NULL)
		return false;
	entry_buffer = bigger;
	entry_size = size;
	return true;
}

static struct group *
static_look_up(const char *name, gid_t gid)
{
	struct group *result = NULL;
	int error = ERANGE;

	if (entry_size > 0)
		error = look_up(name, gid, &entry, entry_buffer, entry_size, &result);
	while (error == ERANGE && grow())
		error = look_up(name, gid, &entry, entry_buffer, entry_size, &result);
	if (error != 0)
		errno = error;
	return result;
}

struct group *
getgrnam(const char *name)
{
	return static_look_up(name, 0);
}

struct group *
getgrgid(gid_t gid)
{
	return static_look_up(NULL, gid);
}

static FILE *walk;
static bool at_end;

int
getgrent_r(struct group *gr, char *buffer, size_t size, struct group **result)
{
	int error = ENOENT;
	long start;

	*result = NULL;
	if (!at_end && walk == NULL)
		walk = fopen(PATH_GROUP, "re");
	if (walk != NULL) {
		start = ftell(walk);
		error = next(walk, gr, buffer, size);
		/* The caller comes back with more room, for the same entry. */
		if (error == ERANGE)
			fseek(walk, start, SEEK_SET);
	} else if (!at_end)
		error = wheel_entry(gr, buffer, size);
	if (error == ENOENT || (walk == NULL && error == 0))
		at_end = true;
	if (error == 0)
		*result = gr;
	return error == ENOENT ? 0 : error;
}

struct group *
getgrent(void)
{
	struct group *result = NULL;
	int error = ERANGE;

	if (entry_size > 0)
		error = getgrent_r(&entry, entry_buffer, entry_size, &result);
	while (error == ERANGE && grow())
		error = getgrent_r(&entry, entry_buffer, entry_size, &result);
	if (error != 0)
		errno = error;
	return result;
}

void
endgrent(void)
{
	if (walk != NULL)
		fclose(walk);
	walk = NULL;
	at_end = false;
}

void
setgrent(void)
{
	endgrent();
}

int
setgroupent(int stayopen)
{
	(void)stayopen;
	endgrent();
	return 1;
}
