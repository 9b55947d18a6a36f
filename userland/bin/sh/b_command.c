/*
 * Built-ins about commands and their names.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"
#include "builtins.h"

static struct alias *aliases;

struct alias *
alias_find(const char *name)
{
	struct alias *a = aliases;

	while (a != NULL && strcmp(a->name, name) != 0)
		a = a->next;
	return a;
}

static void
alias_remove(struct alias **link)
{
	struct alias *a = *link;

	*link = a->next;
	free(a->name);
	free(a->value);
	free(a);
}

static void
alias_define(const char *name, const char *value)
{
	struct alias *a = alias_find(name);

	if (a != NULL)
		free(a->value);
	else {
		a = xmalloc(sizeof(*a));
		a->name = xstrdup(name);
		a->in_use = false;
		a->next = aliases;
		aliases = a;
	}
	a->value = xstrdup(value);
}

char **
alias_names(size_t *count)
{
	struct strings names = { 0 };

	for (struct alias *a = aliases; a != NULL; a = a->next)
		strings_add(&names, a->name);
	strings_sort(names.v, names.n);
	*count = names.n;
	return names.v;
}

static void
print_alias(const struct alias *a)
{
	out_printf("%s=", a->name);
	out_quoted(a->value);
	out_char('\n');
}

int
b_alias(int argc, char **argv)
{
	int status = 0;

	if (argc == 1) {
		size_t n;
		char **names = alias_names(&n);

		for (size_t i = 0; i < n; i++)
			print_alias(alias_find(names[i]));
		return 0;
	}
	if (strcmp(argv[1], "--") == 0)
		argv++;
	for (argv++; *argv != NULL; argv++) {
		const char *equals = **argv == '\0' ? NULL : strchr(*argv + 1, '=');
		const struct alias *a;

		if (equals != NULL)
			alias_define(arena_strndup(&temporary, *argv, (size_t)(equals - *argv)), equals + 1);
		else if ((a = alias_find(*argv)) != NULL)
			print_alias(a);
		else {
			complain("alias: %s not found", *argv);
			status = 1;
		}
	}
	return status;
}

int
b_unalias(int argc, char **argv)
{
	int status = 0;
	char option;

	(void)argc;
	while (next_option(&argv, "a", &option)) {
		while (aliases != NULL)
			alias_remove(&aliases);
	}
	for (argv++; *argv != NULL; argv++) {
		struct alias **link = &aliases;

		while (*link != NULL && strcmp((*link)->name, *argv) != 0)
			link = &(*link)->next;
		if (*link != NULL)
			alias_remove(link);
		else {
			complain("unalias: %s not found", *argv);
			status = 1;
		}
	}
	return status;
}

/* What `name` would run. `terse` as command -v says it, otherwise as type does. */
static int
describe(const char *name, const char *path, bool terse)
{
	const struct alias *a = alias_find(name);
	const struct builtin *b = builtin_find(name);
	const char *found;
	int why;

	if (path == NULL)
		path = var_get("PATH");
	if (is_reserved(name))
		out_printf(terse ? "%s\n" : "%s is a shell keyword\n", name);
	else if (a != NULL && terse) {
		out_str("alias ");
		print_alias(a);
	} else if (a != NULL)
		out_printf("%s is an alias for %s\n", name, a->value);
	else if (b != NULL && b->flags & BUILTIN_SPECIAL)
		out_printf(terse ? "%s\n" : "%s is a special shell builtin\n", name);
	else if (function_find(name) != NULL)
		out_printf(terse ? "%s\n" : "%s is a shell function\n", name);
	else if (b != NULL)
		out_printf(terse ? "%s\n" : "%s is a shell builtin\n", name);
	else if ((found = find_program(name, path, &why)) != NULL) {
		if (terse)
			out_printf("%s\n", found);
		else
			out_printf("%s is %s\n", name, found);
	} else {
		if (!terse)
			out_printf("%s: not found\n", name);
		return STATUS_NOT_FOUND;
	}
	return 0;
}

int
b_type(int argc, char **argv)
{
	int status = 0;

	(void)argc;
	for (argv++; *argv != NULL; argv++) {
		int one = describe(*argv, NULL, false);

		if (one != 0)
			status = one;
	}
	return status;
}

static int
run_external(char **argv, bool use_standard_path)
{
	struct job *job = job_new(argv[0]);

	if (job_fork(job, false) == 0)
		exec_program(argv, NULL, use_standard_path);
	return job_wait(job);
}

int
b_command(int argc, char **argv)
{
	bool standard = false, terse = false, verbose = false;
	const struct builtin *b;
	char option;

	(void)argc;
	while (next_option(&argv, "pvV", &option)) {
		standard |= option == 'p';
		terse |= option == 'v';
		verbose |= option == 'V';
	}
	argv++;
	if (*argv == NULL)
		return 0;
	if (terse || verbose) {
		int status = 0;

		for (; *argv != NULL; argv++)
			status |= describe(*argv, standard ? standard_path : NULL, terse);
		return status;
	}
	b = builtin_find(*argv);
	if (b != NULL) {
		size_t n = 0;

		while (argv[n] != NULL)
			n++;
		return run_builtin_guarded(b, argv, n);
	}
	return run_external(argv, standard);
}

int
b_hash(int argc, char **argv)
{
	int status = 0, why;
	char option;

	if (argc == 1) {
		hash_print();
		return 0;
	}
	while (next_option(&argv, "r", &option))
		hash_clear();
	for (argv++; *argv != NULL; argv++) {
		hash_forget(*argv);
		if (builtin_find(*argv) == NULL && function_find(*argv) == NULL &&
		    find_program(*argv, NULL, &why) == NULL) {
			complain("hash: %s: not found", *argv);
			status = 1;
		}
	}
	return status;
}
