/*
 * The table of built-in commands.
 */
#include <string.h>

#include "sh.h"
#include "builtins.h"

/* Sorted by name. */
static const struct builtin table[] = {
	{ ".", b_dot, BUILTIN_SPECIAL },
	{ ":", b_colon, BUILTIN_SPECIAL },
	{ "[", b_test, 0 },
	{ "alias", b_alias, 0 },
	{ "bg", b_bg, 0 },
	{ "break", b_break, BUILTIN_SPECIAL },
	{ "cd", b_cd, 0 },
	{ "chdir", b_cd, 0 },
	{ "command", b_command, 0 },
	{ "continue", b_break, BUILTIN_SPECIAL },
	{ "echo", b_echo, 0 },
	{ "eval", b_eval, BUILTIN_SPECIAL },
	{ "exec", b_exec, BUILTIN_SPECIAL },
	{ "exit", b_exit, BUILTIN_SPECIAL },
	{ "export", b_export, BUILTIN_SPECIAL | BUILTIN_DECLARES },
	{ "false", b_false, 0 },
	{ "fc", b_fc, 0 },
	{ "fg", b_fg, 0 },
	{ "getopts", b_getopts, 0 },
	{ "hash", b_hash, 0 },
	{ "jobs", b_jobs, 0 },
	{ "kill", b_kill, 0 },
	{ "local", b_local, BUILTIN_DECLARES },
	{ "printf", b_printf, 0 },
	{ "pwd", b_pwd, 0 },
	{ "read", b_read, 0 },
	{ "readonly", b_export, BUILTIN_SPECIAL | BUILTIN_DECLARES },
	{ "return", b_return, BUILTIN_SPECIAL },
	{ "set", b_set, BUILTIN_SPECIAL },
	{ "shift", b_shift, BUILTIN_SPECIAL },
	{ "test", b_test, 0 },
	{ "times", b_times, BUILTIN_SPECIAL },
	{ "trap", b_trap, BUILTIN_SPECIAL },
	{ "true", b_colon, 0 },
	{ "type", b_type, 0 },
	{ "ulimit", b_ulimit, 0 },
	{ "umask", b_umask, 0 },
	{ "unalias", b_unalias, 0 },
	{ "unset", b_unset, BUILTIN_SPECIAL },
	{ "wait", b_wait, 0 },
};

const struct builtin *
builtin_find(const char *name)
{
	size_t low = 0, high = nitems(table);

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = name[0] - table[middle].name[0];

		if (order == 0)
			order = strcmp(name, table[middle].name);
		if (order == 0)
			return &table[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct builtin *
builtin_at(size_t i)
{
	return i < nitems(table) ? &table[i] : NULL;
}

/*
 * The next option letter from a list of arguments that *argv walks along; false at the end of the options.
 * None has an argument of its own. A letter that is not allowed is an error.
 */
bool
next_option(char ***argv, const char *allowed, char *option)
{
	static const char *rest = "";
	char *word;

	if (*rest == '\0') {
		word = (*argv)[1];
		if (word == NULL || word[0] != '-' || word[1] == '\0')
			return false;
		++*argv;
		if (strcmp(word, "--") == 0)
			return false;
		rest = word + 1;
	}
	*option = *rest++;
	/* The word's memory may be gone when we are called for the next command. */
	if (*rest == '\0')
		rest = "";
	if (strchr(allowed, *option) == NULL) {
		rest = "";
		fatal("illegal option -%c", *option);
	}
	return true;
}
