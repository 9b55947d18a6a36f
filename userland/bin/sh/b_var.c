/*
 * Built-ins about variables.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"
#include "builtins.h"

static void
print_declarations(const char *command, int flag)
{
	size_t n;
	char **names = var_names(flag, &n);

	for (size_t i = 0; i < n; i++) {
		const char *value = var_get(names[i]);

		out_printf("%s %s", command, names[i]);
		if (value != NULL) {
			out_char('=');
			out_quoted(value);
		}
		out_char('\n');
	}
}

/* export and readonly. */
int
b_export(int argc, char **argv)
{
	const char *command = argv[0];
	int flag = *command == 'e' ? VAR_EXPORT : VAR_READONLY;
	bool print = argc == 1;
	char option;

	while (next_option(&argv, "p", &option))
		print = true;
	if (print && argv[1] == NULL) {
		print_declarations(command, flag);
		return 0;
	}
	for (argv++; *argv != NULL; argv++) {
		size_t length = name_length(*argv);

		if (length == 0 || ((*argv)[length] != '=' && (*argv)[length] != '\0'))
			fatal("%s: %s: bad variable name", command, *argv);
		if ((*argv)[length] == '=')
			var_assign(*argv, flag);
		else
			var_set(*argv, NULL, flag);
	}
	return 0;
}

/* Give variables a value that the function's end takes away. */
int
b_local(int argc, char **argv)
{
	(void)argc;
	if (function_depth == 0)
		fatal("not in a function");
	for (argv++; *argv != NULL; argv++) {
		size_t length = name_length(*argv);

		if (length == 0 || ((*argv)[length] != '=' && (*argv)[length] != '\0'))
			fatal("local: %s: bad variable name", *argv);
		scope_save(function_scope, arena_strndup(&temporary, *argv, length));
		if ((*argv)[length] == '=')
			var_assign(*argv, 0);
	}
	return 0;
}

int
b_unset(int argc, char **argv)
{
	bool functions = false, variables = false;
	char option;

	(void)argc;
	while (next_option(&argv, "fv", &option)) {
		functions = option == 'f';
		variables = option == 'v';
	}
	for (argv++; *argv != NULL; argv++) {
		if (functions) {
			function_unset(*argv);
			continue;
		}
		if (!is_name(*argv, strlen(*argv)))
			fatal("unset: %s: bad variable name", *argv);
		if (!variables && var_find(*argv) == NULL)
			function_unset(*argv);
		else
			var_unset(*argv);
	}
	return 0;
}

struct getopts {
	const char *optstring;
	const char *variable;
	bool silent;
};

static int
getopts_result(const struct getopts *g, const char *value, size_t index, const char *argument)
{
	size_t offset = params.optoff;
	bool failed = false;

	if (argument == NULL)
		var_unset("OPTARG");
	else
		failed |= !var_try_set("OPTARG", argument, 0);
	failed |= !var_try_set("OPTIND", temp_printf("%zu", index), 0);
	/* Setting OPTIND begins anew, but this was not the user's doing. */
	params.optoff = offset;
	failed |= !var_try_set(g->variable, value, 0);
	return failed ? STATUS_ERROR : 0;
}

static int
getopts_error(const struct getopts *g, size_t index, char letter, const char *text)
{
	if (!g->silent) {
		complain("%s -%c", text, letter);
		return getopts_result(g, "?", index, NULL);
	}
	return getopts_result(g, *text == 'N' ? ":" : "?", index, temp_printf("%c", letter));
}

/* Is this word the end of the options? */
static bool
ends_options(const char *word)
{
	return word == NULL || word[0] != '-' || word[1] == '\0' || strcmp(word, "--") == 0;
}

/*
 * The next option from `words`. OPTIND is the number of the word that it is in, and params.optoff, which no
 * script sees, how far into the word we are.
 */
static int
next_from(const struct getopts *g, char *const *words, size_t n)
{
	const char *index_text = var_get("OPTIND"), *word, *spec;
	size_t index = index_text == NULL || atoi(index_text) < 1 ? 1 : (size_t)atoi(index_text);
	size_t offset = params.optoff;
	char letter;

	word = index <= n ? words[index - 1] : NULL;
	if (word != NULL && offset >= strlen(word))
		offset = 0;
	if (word == NULL || (offset == 0 && ends_options(word))) {
		params.optoff = 0;
		index += word != NULL && strcmp(word, "--") == 0;
		getopts_result(g, "?", index, NULL);
		return 1;
	}
	if (offset == 0)
		offset = 1;
	letter = word[offset++];
	spec = letter == ':' ? NULL : strchr(g->optstring, letter);
	params.optoff = word[offset] == '\0' ? 0 : offset;
	index += params.optoff == 0;
	if (spec == NULL)
		return getopts_error(g, index, letter, "Illegal option");
	if (spec[1] != ':')
		return getopts_result(g, temp_printf("%c", letter), index, NULL);
	/* The argument is the rest of the word, or the next one. */
	if (params.optoff != 0) {
		params.optoff = 0;
		return getopts_result(g, temp_printf("%c", letter), index + 1, word + offset);
	}
	if (index > n)
		return getopts_error(g, index, letter, "No arg for");
	return getopts_result(g, temp_printf("%c", letter), index + 1, words[index - 1]);
}

int
b_getopts(int argc, char **argv)
{
	struct getopts g;

	if (argc < 3)
		fatal("usage: getopts optstring variable [argument...]");
	g = (struct getopts){ argv[1], argv[2], argv[1][0] == ':' };
	if (!is_name(g.variable, strlen(g.variable)))
		fatal("getopts: %s: bad variable name", g.variable);
	return argc > 3 ? next_from(&g, argv + 3, (size_t)argc - 3) : next_from(&g, params.v, params.n);
}
