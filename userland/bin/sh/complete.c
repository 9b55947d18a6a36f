/*
 * What a word that is being typed may become.
 */
#include <sys/stat.h>
#include <ctype.h>
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

static const char separators[] = " \t\n;&|<>()";

/* Characters that would not stand for themselves in a word. */
static const char special[] = " \t\n;&|<>()$`\\\"'*?[#~=%!{}";

static bool
name_char(char c)
{
	return c == '_' || isalnum((unsigned char)c);
}

static void
add_if(struct strings *list, const char *name, const char *prefix)
{
	if (strncmp(name, prefix, strlen(prefix)) == 0)
		strings_add(list, temp_strdup(name));
}

static char *
escape(const char *s)
{
	struct buf b = { 0 };

	for (; *s != '\0'; s++) {
		if (strchr(special, *s) != NULL)
			buf_putc(&b, '\\');
		buf_putc(&b, *s);
	}
	return buf_string(&b);
}

/* The word as a name: without its backslashes. */
static char *
unescape(const char *s, size_t length)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < length; i++) {
		if (s[i] == '\\' && i + 1 < length)
			i++;
		buf_putc(&b, s[i]);
	}
	return buf_string(&b);
}

static void
add_files(struct strings *list, const char *word, bool only_programs)
{
	const char *slash = strrchr(word, '/'), *name = slash == NULL ? word : slash + 1, *home = var_get("HOME");
	char *shown = arena_strndup(&temporary, word, (size_t)(name - word)), *directory = shown;
	struct dirent *entry;
	DIR *d;

	if (strncmp(shown, "~/", 2) == 0 && home != NULL)
		directory = temp_printf("%s%s", home, shown + 1);
	d = opendir(*directory == '\0' ? "." : directory);
	while (d != NULL && (entry = readdir(d)) != NULL) {
		const char *path = temp_printf("%s%s", directory, entry->d_name), *text;
		struct stat st;
		bool is_directory;

		if (entry->d_name[0] == '.' && *name != '.')
			continue;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    strncmp(entry->d_name, name, strlen(name)) != 0 || stat(path, &st) == -1)
			continue;
		is_directory = S_ISDIR(st.st_mode);
		if (only_programs && !is_directory && access(path, X_OK) == -1)
			continue;
		text = escape(entry->d_name);
		strings_add(list, temp_printf("%s%s%s", directory == shown ? escape(shown) : shown, text,
		    is_directory ? "/" : ""));
	}
	if (d != NULL)
		closedir(d);
}

static void
add_programs(struct strings *list, const char *prefix)
{
	const char *path = var_get("PATH");

	while (path != NULL && *path != '\0') {
		size_t length = strcspn(path, ":");
		const char *directory = length == 0 ? "." : arena_strndup(&temporary, path, length);
		DIR *d = opendir(directory);
		struct dirent *entry;

		while (d != NULL && (entry = readdir(d)) != NULL) {
			if (entry->d_name[0] != '.')
				add_if(list, entry->d_name, prefix);
		}
		if (d != NULL)
			closedir(d);
		path += length + (path[length] == ':');
	}
}

static void
add_commands(struct strings *list, const char *prefix)
{
	size_t n;
	char **names = alias_names(&n);

	for (size_t i = 0; i < n; i++)
		add_if(list, names[i], prefix);
	names = function_names(&n);
	for (size_t i = 0; i < n; i++)
		add_if(list, names[i], prefix);
	for (size_t i = 0; builtin_at(i) != NULL; i++)
		add_if(list, builtin_at(i)->name, prefix);
	add_programs(list, prefix);
}

static void
add_variables(struct strings *list, const char *before, const char *prefix)
{
	size_t n;
	char **names = var_names(0, &n);

	for (size_t i = 0; i < n; i++) {
		if (strncmp(names[i], prefix, strlen(prefix)) == 0)
			strings_add(list, temp_printf("%s%s", before, names[i]));
	}
}

/* Does a command's name begin at `start`? */
static bool
in_command_position(const char *line, size_t start)
{
	static const char *const words[] = { "then", "do", "else", "elif", "if", "while", "until", "!", "{" };
	size_t end = start;

	while (end > 0 && strchr(" \t\n", line[end - 1]) != NULL)
		end--;
	if (end == 0 || strchr(";&|(", line[end - 1]) != NULL)
		return true;
	for (size_t i = 0; i < nitems(words); i++) {
		size_t length = strlen(words[i]);

		if (end >= length && strncmp(line + end - length, words[i], length) == 0 &&
		    (end == length || strchr(separators, line[end - length - 1]) != NULL))
			return end < start;
	}
	return false;
}

static void
remove_doubles(struct strings *list)
{
	size_t kept = 0;

	strings_sort(list->v, list->n);
	for (size_t i = 0; i < list->n; i++) {
		if (kept == 0 || strcmp(list->v[kept - 1], list->v[i]) != 0)
			list->v[kept++] = list->v[i];
	}
	list->n = kept;
}

/* The words that could stand from *start to the cursor instead of what does. */
struct strings
complete(const char *line, size_t cursor, size_t *start, bool *is_file)
{
	struct strings list = { 0 };
	size_t at = cursor, dollar;
	char *word;

	while (at > 0 && (strchr(separators, line[at - 1]) == NULL || (at > 1 && line[at - 2] == '\\')))
		at--;
	/* Of NAME=file, the file. */
	for (size_t i = at; i < cursor; i++) {
		if (line[i] == '=' && is_name(line + at, i - at))
			at = i + 1;
	}
	*start = at;
	*is_file = false;
	for (dollar = cursor; dollar > at && name_char(line[dollar - 1]); dollar--)
		continue;
	if (dollar > at && line[dollar - 1] == '$') {
		add_variables(&list, arena_strndup(&temporary, line + at, dollar - at),
		    arena_strndup(&temporary, line + dollar, cursor - dollar));
		remove_doubles(&list);
		return list;
	}
	word = unescape(line + at, cursor - at);
	if (!in_command_position(line, at)) {
		*is_file = true;
		add_files(&list, word, false);
	} else if (strchr(word, '/') != NULL) {
		*is_file = true;
		add_files(&list, word, true);
	} else
		add_commands(&list, word);
	remove_doubles(&list);
	return list;
}
