/*
 * tar: put files into an archive, list them, take them out.
 */
#include "tar.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: tar -c [-hv] [-f archive] [-C directory] file ...\n"
    "       tar -t [-nv] [-f archive] [file ...]\n"
    "       tar -x [-kOpv] [-f archive] [-C directory] [file ...]\n"
    "  -C directory  go there first (with -c, before what follows)\n"
    "  -f archive    otherwise standard input or output; - is that, too\n"
    "  -h            follow symbolic links       -k  keep files that exist\n"
    "  -n            numbers of owners           -O  write contents to standard output\n"
    "  -p            keep all modes              -v  tell what is done\n";

struct options options;
int status;

static _Noreturn void
usage(int code)
{
	fputs(usage_text, code == 0 ? stdout : stderr);
	exit(code);
}

void *
need(void *p)
{
	if (p == NULL)
		err(2, NULL);
	return p;
}

void
complain(const char *path)
{
	warn("%s", path);
	status = 1;
}

static void
go_to(const char *directory)
{
	if (chdir(directory) == -1)
		err(2, "%s", directory);
}

/* The first argument may lack its dash: tar cf x y.  Then what its letters want follows in their order. */
static char **
with_dashes(int *argc, char **argv)
{
	char **result, *letters;
	int n = 1, next = 2;

	if (*argc < 2 || argv[1][0] == '-')
		return argv;
	letters = argv[1];
	result = need(calloc((size_t)*argc + strlen(letters) + 1, sizeof(char *)));
	result[0] = argv[0];
	for (; *letters != '\0'; letters++) {
		char option[3] = { '-', *letters, '\0' };

		result[n++] = need(strdup(option));
		if (*letters == 'f' || *letters == 'C') {
			if (next == *argc)
				usage(2);
			result[n++] = argv[next++];
		}
	}
	while (next < *argc)
		result[n++] = argv[next++];
	*argc = n;
	return result;
}

static char
parse_options(int argc, char **argv, const char **directory)
{
	char action = '\0';
	int c;

	while ((c = getopt(argc, argv, "cxtvf:C:pkhOnz")) != -1)
		switch (c) {
		case 'C':
			if (*directory != NULL)
				go_to(*directory);
			*directory = optarg;
			break;
		case 'O': options.to_stdout = true; break;
		case 'c':
		case 't':
		case 'x':
			if (action != '\0' && action != c)
				usage(2);
			action = (char)c;
			break;
		case 'f': options.file = optarg; break;
		case 'h': options.follow = true; break;
		case 'k': options.keep = true; break;
		case 'n': options.numeric = true; break;
		case 'p': options.preserve = true; break;
		case 'v': options.verbose = true; break;
		case 'z': errx(2, "there is no compression");
		default: usage(2);
		}
	return action;
}

int
main(int argc, char **argv)
{
	const char *directory = NULL;
	char action;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	argv = with_dashes(&argc, argv);
	action = parse_options(argc, argv, &directory);
	if (action == '\0' || (action == 'c' && optind == argc))
		usage(2);
	open_archive(action == 'c');
	if (directory != NULL)
		go_to(directory);
	argv += optind;
	if (action == 'c')
		for (; *argv != NULL; argv++)
			if (strcmp(*argv, "-C") == 0 && argv[1] != NULL)
				go_to(*++argv);
			else
				add_tree(*argv);
	else
		process(argv, action == 'x');
	close_archive();
	if (fflush(stdout) == EOF)
		err(2, "stdout");
	return status;
}
