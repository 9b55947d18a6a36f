/*
 * The password file. Without one there is root, so that a bare image has somebody.
 */
#include <errno.h>
#include <limits.h>
#include <paths.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "textdb.h"

#define PATH_PASSWD	"/etc/passwd"
#define ROOT_ENTRY	"root:*:0:0:System &:/root:" _PATH_BSHELL

enum { SHORT_FIELDS = 7, LONG_FIELDS = 10 };

/* Both the short form and master.passwd's, which has class, change and expire before the name. */
static bool
parse(char *line, struct passwd *pw)
{
	char *f[LONG_FIELDS];
	size_t count = __textdb_split(line, f, LONG_FIELDS), late = count == LONG_FIELDS ? 3 : 0;

	if ((count != SHORT_FIELDS && count != LONG_FIELDS) || *f[0] == '\0' ||
	    __textdb_number(f[2], &pw->pw_uid) == -1 || __textdb_number(f[3], &pw->pw_gid) == -1)
		return false;
	pw->pw_name = f[0];
	pw->pw_passwd = f[1];
	pw->pw_class = late ? f[4] : "";
	pw->pw_change = late ? atoll(f[5]) : 0;
	pw->pw_expire = late ? atoll(f[6]) : 0;
	pw->pw_gecos = f[4 + late];
	pw->pw_dir = f[5 + late];
	pw->pw_shell = *f[6 + late] == '\0' ? _PATH_BSHELL : f[6 + late];
	return true;
}

/* The next good line; others are skipped. */
static int
next(FILE *f, struct passwd *pw, char *buffer, size_t size)
{
	int error;

	do {
		error = __textdb_line(f, buffer, size);
		if (error != 0)
			return error;
	} while (!parse(buffer, pw));
	return 0;
}

static int
root_entry(struct passwd *pw, char *buffer, size_t size)
{
	if (strlcpy(buffer, ROOT_ENTRY, size) >= size)
		return ERANGE;
	parse(buffer, pw);
	return 0;
}

/* By name if there is one, else by number. 0 with *result NULL when nobody is found. */
static int
look_up(const char *name, uid_t uid, struct passwd *pw, char *buffer, size_t size, struct passwd **result)
{
	FILE *f = fopen(PATH_PASSWD, "re");
	int error;

	*result = NULL;
	if (f == NULL) {
		error = root_entry(pw, buffer, size);
		if (error == 0 && (name != NULL ? strcmp(name, pw->pw_name) == 0 : uid == pw->pw_uid))
			*result = pw;
		return error;
	}
	while ((error = next(f, pw, buffer, size)) == 0) {
		if (name != NULL ? strcmp(name, pw->pw_name) == 0 : uid == pw->pw_uid) {
			*result = pw;
			break;
		}
	}
	fclose(f);
	return error == ENOENT ? 0 : error;
}

int
getpwnam_r(const char *name, struct passwd *pw, char *buffer, size_t size, struct passwd **result)
{
	return look_up(name, 0, pw, buffer, size, result);
}

int
getpwuid_r(uid_t uid, struct passwd *pw, char *buffer, size_t size, struct passwd **result)
{
	return look_up(NULL, uid, pw, buffer, size, result);
}

static struct passwd entry;
static char entry_buffer[_GETPW_R_SIZE_MAX];

static struct passwd *
static_look_up(const char *name, uid_t uid)
{
	struct passwd *result;
	int error = look_up(name, uid, &entry, entry_buffer, sizeof(entry_buffer), &result);

	if (error != 0)
		errno = error;
	return result;
}

struct passwd *
getpwnam(const char *name)
{
	return static_look_up(name, 0);
}

struct passwd *
getpwuid(uid_t uid)
{
	return static_look_up(NULL, uid);
}

static FILE *walk;
static bool at_end;

int
getpwent_r(struct passwd *pw, char *buffer, size_t size, struct passwd **result)
{
	int error = ENOENT;

	*result = NULL;
	if (!at_end && walk == NULL)
		walk = fopen(PATH_PASSWD, "re");
	if (walk != NULL)
		error = next(walk, pw, buffer, size);
	else if (!at_end)
		error = root_entry(pw, buffer, size);
	if (error == ENOENT || walk == NULL)
		at_end = true;
	if (error == 0)
		*result = pw;
	return error == ENOENT ? 0 : error;
}

struct passwd *
getpwent(void)
{
	struct passwd *result;
	int error = getpwent_r(&entry, entry_buffer, sizeof(entry_buffer), &result);

	if (error != 0)
		errno = error;
	return result;
}

void
endpwent(void)
{
	if (walk != NULL)
		fclose(walk);
	walk = NULL;
	at_end = false;
}

void
setpwent(void)
{
	endpwent();
}

int
setpassent(int stayopen)
{
	(void)stayopen;
	endpwent();
	return 1;
}
