/*
 * Which groups a user is in, and becoming a member of them; names of users and groups, remembered.
 */
#include <sys/param.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
is_member(const struct group *gr, const char *user)
{
	char **m;

	for (m = gr->gr_mem; *m != NULL; m++)
		if (strcmp(*m, user) == 0)
			return true;
	return false;
}

/* *count becomes how many groups there are, even when there is no room for all. */
int
getgroupmembership(const char *user, gid_t base, gid_t *groups, int room, int *count)
{
	struct group *gr;
	int n = 0, i;

	if (room > 0)
		groups[0] = base;
	n = 1;
	setgrent();
	while ((gr = getgrent()) != NULL) {
		if (!is_member(gr, user))
			continue;
		for (i = 0; i < n && i < room && groups[i] != gr->gr_gid; i++)
			continue;
		if (i < n && i < room)
			continue;
		if (n < room)
			groups[n] = gr->gr_gid;
		n++;
	}
	endgrent();
	*count = n;
	return n > room ? -1 : 0;
}

int
getgrouplist(const char *user, gid_t base, gid_t *groups, int *count)
{
	return getgroupmembership(user, base, groups, *count, count);
}

int
initgroups(const char *user, gid_t base)
{
	gid_t groups[NGROUPS_MAX];
	int count;

	getgroupmembership(user, base, groups, NGROUPS_MAX, &count);
	return setgroups(MIN(count, NGROUPS_MAX), groups);
}

/* ls -l asks for the same few names again and again. */
#define CACHE_SIZE 16
#define NAME_SIZE 32

struct cached {
	bool valid, known;
	unsigned int id;
	char name[NAME_SIZE];
};

static struct cached users[CACHE_SIZE], groups[CACHE_SIZE];

/* Unknown ids are remembered as well; they are written as numbers, or NULL if that is not wanted. */
static const char *
cached_name(struct cached *cache, unsigned int id, int no_number, const char *(*look_up)(unsigned int))
{
	struct cached *c = &cache[id % CACHE_SIZE];
	const char *name;

	if (!c->valid || c->id != id) {
		name = look_up(id);
		c->valid = true;
		c->known = name != NULL;
		c->id = id;
		if (name != NULL)
			strlcpy(c->name, name, sizeof(c->name));
		else
			snprintf(c->name, sizeof(c->name), "%u", id);
	}
	return c->known || !no_number ? c->name : NULL;
}

static const char *
user_name(unsigned int id)
{
	struct passwd *pw = getpwuid(id);

	return pw == NULL ? NULL : pw->pw_name;
}

static const char *
group_name(unsigned int id)
{
	struct group *gr = getgrgid(id);

	return gr == NULL ? NULL : gr->gr_name;
}

const char *
user_from_uid(uid_t uid, int no_number)
{
	return cached_name(users, uid, no_number, user_name);
}

const char *
group_from_gid(gid_t gid, int no_number)
{
	return cached_name(groups, gid, no_number, group_name);
}

int
uid_from_user(const char *name, uid_t *uid)
{
	struct passwd *pw = getpwnam(name);

	if (pw == NULL)
		return -1;
	*uid = pw->pw_uid;
	return 0;
}

int
gid_from_group(const char *name, gid_t *gid)
{
	struct group *gr = getgrnam(name);

	if (gr == NULL)
		return -1;
	*gid = gr->gr_gid;
	return 0;
}
