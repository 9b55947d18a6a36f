/*
 * posix_spawn(3): the call itself is the kernel's, these build what it reads.
 */
#include <sys/spawn.h>
#include <errno.h>
#include <limits.h>
#include <paths.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
	memset(actions, 0, sizeof(*actions));
	return 0;
}

static char **
path_of(posix_spawn_file_actions_entry_t *entry)
{
	switch (entry->fae_action) {
	case FAE_OPEN:
		return &entry->fae_path;
	case FAE_CHDIR:
		return &entry->fae_chdir_path;
	default:
		return NULL;
	}
}

int
posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
	unsigned int i;
	char **path;

	for (i = 0; i < actions->len; i++)
		if ((path = path_of(&actions->fae[i])) != NULL)
			free(*path);
	free(actions->fae);
	memset(actions, 0, sizeof(*actions));
	return 0;
}

static int
append(posix_spawn_file_actions_t *actions, const posix_spawn_file_actions_entry_t *new, const char *path)
{
	posix_spawn_file_actions_entry_t *entry;
	unsigned int size;
	char *copy = NULL;

	if (actions->len == actions->size) {
		size = actions->size == 0 ? 8 : actions->size * 2;
		if (reallocarr(&actions->fae, size, sizeof(*actions->fae)) != 0)
			return ENOMEM;
		actions->size = size;
	}
	if (path != NULL && (copy = strdup(path)) == NULL)
		return ENOMEM;
	entry = &actions->fae[actions->len++];
	*entry = *new;
	if (copy != NULL)
		*path_of(entry) = copy;
	return 0;
}

int
posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict actions, int fd,
    const char *restrict path, int flags, mode_t mode)
{
	posix_spawn_file_actions_entry_t entry = {
		.fae_action = FAE_OPEN, .fae_fildes = fd, .fae_oflag = flags, .fae_mode = mode,
	};

	return fd < 0 ? EBADF : append(actions, &entry, path);
}

int
posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int to)
{
	posix_spawn_file_actions_entry_t entry = {
		.fae_action = FAE_DUP2, .fae_fildes = fd, .fae_newfildes = to,
	};

	return fd < 0 || to < 0 ? EBADF : append(actions, &entry, NULL);
}

int
posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
	posix_spawn_file_actions_entry_t entry = { .fae_action = FAE_CLOSE, .fae_fildes = fd };

	return fd < 0 ? EBADF : append(actions, &entry, NULL);
}

int
posix_spawn_file_actions_addchdir(posix_spawn_file_actions_t *restrict actions, const char *restrict path)
{
	posix_spawn_file_actions_entry_t entry = { .fae_action = FAE_CHDIR };

	return append(actions, &entry, path);
}

int
posix_spawn_file_actions_addfchdir(posix_spawn_file_actions_t *actions, int fd)
{
	posix_spawn_file_actions_entry_t entry = { .fae_action = FAE_FCHDIR, .fae_fildes = fd };

	return fd < 0 ? EBADF : append(actions, &entry, NULL);
}

int
posix_spawnattr_init(posix_spawnattr_t *attr)
{
	memset(attr, 0, sizeof(*attr));
	return 0;
}

int
posix_spawnattr_destroy(posix_spawnattr_t *attr)
{
	(void)attr;
	return 0;
}

int
posix_spawnattr_setflags(posix_spawnattr_t *attr, short flags)
{
	if ((flags & ~(POSIX_SPAWN_RESETIDS | POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSCHEDPARAM |
	    POSIX_SPAWN_SETSCHEDULER | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
	    POSIX_SPAWN_RETURNERROR)) != 0)
		return EINVAL;
	attr->sa_flags = flags;
	return 0;
}

/* An attribute that is stored and fetched as it is. */
#define GETTER(name, type, field)						\
int										\
posix_spawnattr_get##name(const posix_spawnattr_t *restrict attr, type *restrict value)	\
{										\
	*value = attr->field;							\
	return 0;								\
}

#define SETTER(name, parameter, field, value)					\
int										\
posix_spawnattr_set##name(posix_spawnattr_t *restrict attr, parameter)		\
{										\
	attr->field = value;							\
	return 0;								\
}

GETTER(flags, short, sa_flags)
GETTER(pgroup, pid_t, sa_pgroup)
GETTER(schedparam, struct sched_param, sa_schedparam)
GETTER(schedpolicy, int, sa_schedpolicy)
GETTER(sigdefault, sigset_t, sa_sigdefault)
GETTER(sigmask, sigset_t, sa_sigmask)
SETTER(pgroup, pid_t group, sa_pgroup, group)
SETTER(schedparam, const struct sched_param *restrict param, sa_schedparam, *param)
SETTER(schedpolicy, int policy, sa_schedpolicy, policy)
SETTER(sigdefault, const sigset_t *restrict set, sa_sigdefault, *set)
SETTER(sigmask, const sigset_t *restrict set, sa_sigmask, *set)

/* The kernel takes a path, so the search happens here; the first file that could be executed is it. */
int
posix_spawnp(pid_t *restrict pid, const char *restrict name, const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *restrict attr, char *const *restrict argv, char *const *restrict env)
{
	const char *search, *end;
	char path[PATH_MAX];
	size_t length;
	int error, best = ENOENT;

	if (*name == '\0')
		return ENOENT;
	if (strchr(name, '/') != NULL)
		return posix_spawn(pid, name, actions, attr, argv, env);
	search = getenv("PATH");
	if (search == NULL)
		search = _PATH_DEFPATH;
	for (;; search = end + 1) {
		end = strchr(search, ':');
		if (end == NULL)
			end = search + strlen(search);
		length = end - search;
		if (length + 2 + strlen(name) < sizeof(path)) {
			memcpy(path, search, length);
			path[length] = '\0';
			strlcat(path, length == 0 ? "./" : "/", sizeof(path));
			strlcat(path, name, sizeof(path));
			if (access(path, X_OK) == 0) {
				error = posix_spawn(pid, path, actions, attr, argv, env);
				if (error != EACCES && error != ENOENT && error != ENOTDIR)
					return error;
				if (error == EACCES)
					best = EACCES;
			} else if (errno == EACCES)
				best = EACCES;
		}
		if (*end == '\0')
			return best;
	}
}
