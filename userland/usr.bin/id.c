/* id: who a user is. Called as whoami it prints the user's name, as groups the names of the groups. */
#include <err.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"

static const char usage[] =
    "usage: id [user]\n"
    "       id -G [-n] [user]\n"
    "       id -g [-nr] [user]\n"
    "       id -p [user]\n"
    "       id -u [-nr] [user]\n";

static bool names;

static void
put_user(uid_t uid)
{
	const char *name = names ? user_from_uid(uid, 1) : NULL;

	if (name != NULL)
		printf("%s", name);
	else
		printf("%u", (unsigned)uid);
}

static void
put_group(gid_t gid)
{
	const char *name = names ? group_from_gid(gid, 1) : NULL;

	if (name != NULL)
		printf("%s", name);
	else
		printf("%u", (unsigned)gid);
}

static void
put_id(const char *prefix, const char *what, unsigned id, const char *name)
{
	printf("%s%s=%u", prefix, what, id);
	if (name != NULL)
		printf("(%s)", name);
}

/* The groups: the real and the effective one first, each once. */
static int
find_groups(const struct passwd *user, gid_t *groups)
{
	gid_t all[NGROUPS_MAX + 3];
	int count = NGROUPS_MAX + 1, kept = 0, total = 0;

	if (user != NULL) {
		if (getgrouplist(user->pw_name, user->pw_gid, all, &count) == -1)
			count = NGROUPS_MAX + 1;
		total = count;
	} else {
		all[total++] = getgid();
		all[total++] = getegid();
		count = getgroups(NGROUPS_MAX + 1, all + total);
		if (count == -1)
			err(1, "getgroups");
		total += count;
	}
	for (int i = 0; i < total; i++) {
		bool seen = false;

		for (int k = 0; k < kept; k++)
			seen |= groups[k] == all[i];
		if (!seen)
			groups[kept++] = all[i];
	}
	return kept;
}

static void
print_all(const struct passwd *user, const gid_t *groups, int count)
{
	uid_t uid = user != NULL ? user->pw_uid : getuid();
	gid_t gid = user != NULL ? user->pw_gid : getgid();

	put_id("", "uid", uid, user_from_uid(uid, 1));
	put_id(" ", "gid", gid, group_from_gid(gid, 1));
	if (user == NULL && geteuid() != uid)
		put_id(" ", "euid", geteuid(), user_from_uid(geteuid(), 1));
	if (user == NULL && getegid() != gid)
		put_id(" ", "egid", getegid(), group_from_gid(getegid(), 1));
	for (int i = 0; i < count; i++) {
		printf("%s%u", i == 0 ? " groups=" : ",", (unsigned)groups[i]);
		if (group_from_gid(groups[i], 1) != NULL)
			printf("(%s)", group_from_gid(groups[i], 1));
	}
	putchar('\n');
}

/* -p: for people. */
static void
print_for_people(const struct passwd *user, const gid_t *groups, int count)
{
	const char *login = user == NULL ? getlogin() : NULL;
	uid_t uid = user != NULL ? user->pw_uid : getuid();

	names = true;
	if (login != NULL && strcmp(login, user_from_uid(uid, 0)) != 0)
		printf("login\t%s\n", login);
	printf("uid\t");
	put_user(uid);
	if (user == NULL && geteuid() != uid) {
		printf("\neuid\t");
		put_user(geteuid());
	}
	printf("\ngroups\t");
	for (int i = 0; i < count; i++) {
		if (i > 0)
			putchar(' ');
		put_group(groups[i]);
	}
	putchar('\n');
}

static const struct passwd *
find_user(const char *name)
{
	const struct passwd *user = getpwnam(name);
	char *end;

	if (user == NULL) {
		unsigned long uid = strtoul(name, &end, 10);

		if (*name == '\0' || *end != '\0' || (user = getpwuid((uid_t)uid)) == NULL)
			errx(1, "%s: no such user", name);
	}
	return user;
}

int
main(int argc, char **argv)
{
	gid_t groups[NGROUPS_MAX + 3];
	const struct passwd *user = NULL;
	bool real = false;
	int c, count, what = '\0';

	answer_help(argc, argv, usage);
	if (strcmp(getprogname(), "whoami") == 0) {
		if (argc > 1)
			usage_error("usage: whoami\n");
		what = 'u';
		names = true;
	} else if (strcmp(getprogname(), "groups") == 0) {
		what = 'G';
		names = true;
	}
	while ((c = getopt(argc, argv, "Ggnpru")) != -1) {
		switch (c) {
		case 'G': case 'g': case 'p': case 'u':
			if (what != '\0' && what != c)
				usage_error(usage);
			what = c;
			break;
		case 'n': names = true; break;
		case 'r': real = true; break;
		default: usage_error(usage);
		}
	}
	if (argc - optind > 1 || ((names || real) && what == '\0'))
		usage_error(usage);
	if (optind < argc)
		user = find_user(argv[optind]);
	count = find_groups(user, groups);
	switch (what) {
	case 'u':
		put_user(user != NULL ? user->pw_uid : real ? getuid() : geteuid());
		putchar('\n');
		break;
	case 'g':
		put_group(user != NULL ? user->pw_gid : real ? getgid() : getegid());
		putchar('\n');
		break;
	case 'G':
		for (int i = 0; i < count; i++) {
			if (i > 0)
				putchar(' ');
			put_group(groups[i]);
		}
		putchar('\n');
		break;
	case 'p':
		print_for_people(user, groups, count);
		break;
	default:
		print_all(user, groups, count);
	}
	return output_failed();
}
