/*
 * Options: of the command line and of set.
 */
#include <stdlib.h>
#include <string.h>

#include "sh.h"
#include "builtins.h"

bool options[OPT_COUNT];

static const struct {
	char letter;			/* 0: only a name */
	const char *name;		/* null: only a letter */
} table[OPT_COUNT] = {
	[OPT_ALLEXPORT] = { 'a', "allexport" },
	[OPT_NOTIFY] = { 'b', "notify" },
	[OPT_NOCLOBBER] = { 'C', "noclobber" },
	[OPT_ERREXIT] = { 'e', "errexit" },
	[OPT_NOGLOB] = { 'f', "noglob" },
	[OPT_HASHALL] = { 'h', "hashall" },
	[OPT_INTERACTIVE] = { 'i', "interactive" },
	[OPT_MONITOR] = { 'm', "monitor" },
	[OPT_NOEXEC] = { 'n', "noexec" },
	[OPT_STDIN] = { 's', "stdin" },
	[OPT_NOUNSET] = { 'u', "nounset" },
	[OPT_VERBOSE] = { 'v', "verbose" },
	[OPT_XTRACE] = { 'x', "xtrace" },
	[OPT_COMMAND] = { 'c', NULL },
	[OPT_IGNOREEOF] = { 0, "ignoreeof" },
	[OPT_EMACS] = { 0, "emacs" },
	[OPT_VI] = { 0, "vi" },
	[OPT_NOLOG] = { 0, "nolog" },
	[OPT_PIPEFAIL] = { 0, "pipefail" },
};

/* $- */
char *
options_letters(void)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < OPT_COUNT; i++) {
		if (options[i] && table[i].letter != 0)
			buf_putc(&b, table[i].letter);
	}
	return buf_string(&b);
}

static void
set_option(size_t i, bool on)
{
	if (i == OPT_MONITOR && shell_pid != 0 && !jobs_set_control(on)) {
		complain("no access to a terminal: job control is off");
		on = false;
	}
	options[i] = on;
	if (i == OPT_EMACS && on)
		options[OPT_VI] = false;
	if (i == OPT_VI && on)
		options[OPT_EMACS] = false;
}

static void
set_letter(char letter, bool on, struct invocation *invocation)
{
	if (invocation != NULL && letter == 'l') {
		invocation->login = on;
		return;
	}
	for (size_t i = 0; i < OPT_COUNT; i++) {
		if (table[i].letter != letter)
			continue;
		if (invocation == NULL && (i == OPT_COMMAND || i == OPT_STDIN || i == OPT_INTERACTIVE))
			break;
		set_option(i, on);
		return;
	}
	fatal("illegal option %c%c", on ? '-' : '+', letter);
}

static void
print_options(bool as_commands)
{
	if (!as_commands)
		out_str("Current option settings\n");
	for (size_t i = 0; i < OPT_COUNT; i++) {
		if (table[i].name == NULL || (as_commands && (i == OPT_INTERACTIVE || i == OPT_STDIN)))
			continue;
		if (as_commands)
			out_printf("set %co %s\n", options[i] ? '-' : '+', table[i].name);
		else
			out_printf("%-16s%s\n", table[i].name, options[i] ? "on" : "off");
	}
}

static void
set_name(const char *name, bool on)
{
	for (size_t i = 0; i < OPT_COUNT; i++) {
		if (table[i].name != NULL && strcmp(table[i].name, name) == 0 && i != OPT_INTERACTIVE && i != OPT_STDIN) {
			set_option(i, on);
			return;
		}
	}
	fatal("illegal option %co %s", on ? '-' : '+', name);
}

/*
 * Take options from the front of a list of arguments, and give their number. `invocation` is null for set.
 * `dashes`: they were ended by -- (or, for set, by a lone -).
 */
size_t
options_parse(char **argv, struct invocation *invocation, bool *dashes)
{
	size_t i = 0;

	*dashes = false;
	for (; argv[i] != NULL && (argv[i][0] == '-' || argv[i][0] == '+'); i++) {
		bool on = argv[i][0] == '-';
		const char *letters = argv[i] + 1;

		if (*letters == '\0') {
			if (on && invocation == NULL) {
				options[OPT_XTRACE] = options[OPT_VERBOSE] = false;
				*dashes = argv[i + 1] != NULL;
				return i + 1;
			}
			return on ? i + 1 : i;
		}
		if (strcmp(letters, "-") == 0 && on) {
			*dashes = true;
			return i + 1;
		}
		for (; *letters != '\0'; letters++) {
			if (*letters != 'o')
				set_letter(*letters, on, invocation);
			else if (argv[i + 1] != NULL && letters[1] == '\0') {
				set_name(argv[++i], on);
				break;
			} else
				print_options(!on);
		}
	}
	return i;
}

int
b_set(int argc, char **argv)
{
	bool dashes;
	size_t taken;

	if (argc == 1) {
		size_t n;
		char **names = var_names(0, &n);

		for (size_t i = 0; i < n; i++) {
			out_printf("%s=", names[i]);
			out_quoted(var_get(names[i]));
			out_char('\n');
		}
		return 0;
	}
	taken = options_parse(argv + 1, NULL, &dashes);
	if (dashes || argv[1 + taken] != NULL)
		params_set(argv + 1 + taken, (size_t)argc - 1 - taken);
	return 0;
}
