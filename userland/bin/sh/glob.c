/*
 * Pathname expansion.
 */
#include <sys/stat.h>
#include <dirent.h>
#include <string.h>

#include "sh.h"

static void walk(const char *prefix, const char *pattern, struct strings *found);

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The names in a directory that match one component. All are read before any is gone into. */
static struct strings
matching_names(const char *directory, const char *component)
{
	const char *first = *component == '\\' ? component + 1 : component;
	struct strings names = { 0 };
	struct dirent *entry;
	DIR *d = opendir(*directory == '\0' ? "." : directory);

	if (d == NULL)
		return names;
	while ((entry = readdir(d)) != NULL) {
		/* A leading dot is only matched by a dot. */
		if (entry->d_name[0] == '.' && *first != '.')
			continue;
		if (pattern_match(component, entry->d_name))
			strings_add(&names, temp_strdup(entry->d_name));
	}
	closedir(d);
	return names;
}

static void
walk_on(const char *path, const char *rest, struct strings *found)
{
	struct stat st;

	if (*rest == '\0') {
		if (lstat(path, &st) == 0)
			strings_add(found, temp_strdup(path));
	} else if (is_directory(path))
		walk(path, rest, found);
}

/* `prefix` is a directory that exists; the pattern's rest may begin with slashes. */
static void
walk(const char *prefix, const char *pattern, struct strings *found)
{
	size_t slashes = strspn(pattern, "/"), length;
	struct strings names;
	char *component;

	check_stack();
	prefix = temp_printf("%s%.*s", prefix, (int)slashes, pattern);
	pattern += slashes;
	if (*pattern == '\0') {
		strings_add(found, temp_strdup(prefix));
		return;
	}
	for (length = 0; pattern[length] != '\0' && pattern[length] != '/'; length++) {
		if (pattern[length] == '\\' && pattern[length + 1] != '\0' && pattern[length + 1] != '/')
			length++;
	}
	component = arena_strndup(&temporary, pattern, length);
	if (!has_magic(component)) {
		walk_on(temp_printf("%s%s", prefix, pattern_unescape(component)), pattern + length, found);
		return;
	}
	names = matching_names(prefix, component);
	for (size_t i = 0; i < names.n; i++)
		walk_on(temp_printf("%s%s", prefix, names.v[i]), pattern + length, found);
}

/* Add the paths that match, sorted; false if there is none. */
bool
glob_field(const char *pattern, struct strings *out)
{
	struct strings found = { 0 };

	if (!has_magic(pattern))
		return false;
	walk("", pattern, &found);
	strings_sort(found.v, found.n);
	for (size_t i = 0; i < found.n; i++)
		strings_add(out, found.v[i]);
	return found.n > 0;
}
