/*
 * cd and pwd.
 */
#include <sys/stat.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"
#include "builtins.h"

static char *logical;			/* the working directory by the names that led to it; null: unknown */

static char *
physical(void)
{
	char path[PATH_MAX];

	return getcwd(path, sizeof(path)) == NULL ? NULL : temp_strdup(path);
}

/* An absolute path without . and .. components? */
static bool
is_clean(const char *path)
{
	if (*path != '/')
		return false;
	for (const char *p = path; *p != '\0'; p += strcspn(p, "/")) {
		size_t length;

		p += strspn(p, "/");
		length = strcspn(p, "/");
		if ((length == 1 && *p == '.') || (length == 2 && strncmp(p, "..", 2) == 0))
			return false;
		if (length == 0)
			break;
	}
	return true;
}

static bool
same_directory(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static void
set_logical(const char *path)
{
	char *copy = path == NULL ? NULL : xstrdup(path);

	free(logical);
	logical = copy;
}

/* PWD is believed if it is true. */
void
cwd_init(void)
{
	const char *pwd = var_get("PWD");

	if (pwd != NULL && is_clean(pwd) && same_directory(pwd, "."))
		set_logical(pwd);
	else
		set_logical(physical());
	if (logical != NULL)
		var_set("PWD", logical, 0);
}

/*
 * Join a path to the working directory and take . and .. out. Null if a component that .. would leave is no
 * directory.
 */
static char *
canonical(const char *path)
{
	struct buf b = { 0 };

	if (*path != '/')
		buf_puts(&b, logical);
	while (b.len > 0 && b.s[b.len - 1] == '/')
		b.len--;
	while (*path != '\0') {
		size_t length;

		path += strspn(path, "/");
		length = strcspn(path, "/");
		if (length == 2 && strncmp(path, "..", 2) == 0) {
			struct stat st;

			if (b.len > 0 && (stat(buf_string(&b), &st) == -1 || !S_ISDIR(st.st_mode)))
				return NULL;
			while (b.len > 0 && b.s[--b.len] != '/')
				continue;
		} else if (length > 0 && !(length == 1 && *path == '.')) {
			buf_putc(&b, '/');
			buf_put(&b, path, length);
		}
		path += length;
	}
	if (b.len == 0)
		buf_putc(&b, '/');
	return buf_string(&b);
}

/* Go there; false and errno if that is impossible. */
static bool
change(const char *path, bool follow_links)
{
	char *target;

	if (follow_links || logical == NULL) {
		if (chdir(path) == -1)
			return false;
		set_logical(physical());
		return true;
	}
	target = canonical(path);
	if (target == NULL) {
		errno = ENOENT;
		return false;
	}
	if (chdir(target) == -1)
		return false;
	set_logical(target);
	return true;
}

static bool
uses_cdpath(const char *path)
{
	if (*path == '/')
		return false;
	return !(strcmp(path, ".") == 0 || strcmp(path, "..") == 0 || strncmp(path, "./", 2) == 0 ||
	    strncmp(path, "../", 3) == 0);
}

/* Try the directories in CDPATH; `print` is made true if the result is not what was asked for. */
static bool
change_by_cdpath(const char *path, bool follow_links, bool *print)
{
	const char *cdpath = uses_cdpath(path) ? var_get("CDPATH") : NULL;

	while (cdpath != NULL && *cdpath != '\0') {
		size_t length = strcspn(cdpath, ":");
		struct stat st;
		const char *candidate = length == 0 ? path : temp_printf("%.*s%s%s", (int)length, cdpath,
		    cdpath[length - 1] == '/' ? "" : "/", path);

		if (stat(candidate, &st) == 0 && S_ISDIR(st.st_mode) && change(candidate, follow_links)) {
			*print |= length > 0;
			return true;
		}
		cdpath += length;
		if (*cdpath == ':')
			cdpath++;
	}
	return change(path, follow_links);
}

int
b_cd(int argc, char **argv)
{
	bool follow_links = false, print = false;
	const char *path, *old;
	char option;

	(void)argc;
	while (next_option(&argv, "LPe", &option)) {
		if (option != 'e')
			follow_links = option == 'P';
	}
	path = argv[1];
	if (path == NULL) {
		path = var_get("HOME");
		if (path == NULL || *path == '\0')
			fatal("cd: HOME not set");
	} else if (strcmp(path, "-") == 0) {
		path = var_get("OLDPWD");
		if (path == NULL || *path == '\0')
			fatal("cd: OLDPWD not set");
		print = true;
	}
	path = temp_strdup(path);
	old = logical == NULL ? NULL : temp_strdup(logical);
	if (!change_by_cdpath(path, follow_links, &print)) {
		complain("cd: can't cd to %s: %s", path, strerror(errno));
		return STATUS_ERROR;
	}
	if (old != NULL)
		var_set("OLDPWD", old, 0);
	if (logical != NULL)
		var_set("PWD", logical, 0);
	if (print && logical != NULL)
		out_printf("%s\n", logical);
	return 0;
}

int
b_pwd(int argc, char **argv)
{
	bool follow_links = false;
	const char *path = logical;
	char option;

	(void)argc;
	while (next_option(&argv, "LP", &option))
		follow_links = option == 'P';
	if (follow_links || path == NULL)
		path = physical();
	if (path == NULL)
		fatal("pwd: %s", strerror(errno));
	out_printf("%s\n", path);
	return 0;
}
