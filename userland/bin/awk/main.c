/*
 * awk: run programs that look for patterns in records.
 */
#include "awk.h"

#include <err.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static const char usage_text[] =
    "usage: awk [-F separator] [-v variable=value] ... program [argument ...]\n"
    "       awk [-F separator] [-v variable=value] ... -f file ... [argument ...]\n"
    "  -F  fields are separated by this     -f  read the program from a file     -v  set a variable first\n"
    "Arguments are files, or assignments that are made when their turn comes.\n";

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

void
fail(const char *text, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, text);
	verrx(2, text, ap);
}

void *
need(void *p)
{
	if (p == NULL)
		err(2, NULL);
	return p;
}

static void
add_file(char **program, const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	size_t length = *program == NULL ? 0 : strlen(*program), n;

	if (f == NULL)
		err(2, "%s", name);
	do {
		*program = need(realloc(*program, length + 4098));
		n = fread(*program + length, 1, 4096, f);
		length += n;
	} while (n > 0);
	if (ferror(f))
		err(2, "%s", name);
	strcpy(*program + length, "\n");
	if (f != stdin)
		fclose(f);
}

static void
set_element(struct array *a, const char *key, const char *text)
{
	struct string *k = new_string(key, strlen(key));

	find_element(a, k, true)->value = input_value(text, strlen(text));
	release(k);
}

static void
set_variables(char *name, char **arguments)
{
	char key[24];
	int n = 1;

	globals[V_ARGV].array = new_array();
	globals[V_ENVIRON].array = new_array();
	set_element(globals[V_ARGV].array, "0", name);
	for (; arguments[n - 1] != NULL; n++) {
		snprintf(key, sizeof(key), "%d", n);
		set_element(globals[V_ARGV].array, key, arguments[n - 1]);
	}
	set_global(V_ARGC, number_value(n));
	for (char **e = environ; *e != NULL; e++) {
		char *copy = need(strdup(*e)), *equals = strchr(copy, '=');

		if (equals != NULL) {
			*equals = '\0';
			set_element(globals[V_ENVIRON].array, copy, equals + 1);
		}
		free(copy);
	}
}

static void
set_separator(const char *text)
{
	if (strcmp(text, "t") == 0)	/* as it has always been */
		text = "\t";
	set_global(V_FS, string_value(unescape(text, strlen(text))));
}

int
main(int argc, char **argv)
{
	char *program = NULL;
	const char **assignments = need(calloc((size_t)argc + 1, sizeof(char *)));
	size_t assignment_count = 0;
	const char *separator = NULL;
	int c;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "F:f:v:")) != -1)
		switch (c) {
		case 'F': separator = optarg; break;
		case 'f': add_file(&program, optarg); break;
		case 'v':
			if (!is_assignment(optarg))
				errx(2, "%s: not an assignment", optarg);
			assignments[assignment_count++] = optarg;
			break;
		default: usage(2);
		}
	if (program == NULL) {
		if (optind == argc)
			usage(2);
		program = argv[optind++];
	}
	begin_globals();
	lex_begin(program);
	parse_program();
	parsed = true;
	set_variables(argv[0], argv + optind);
	if (separator != NULL)
		set_separator(separator);
	for (size_t i = 0; i < assignment_count; i++)
		assign_argument(assignments[i]);
	run_program();
}
