/*
 * sed: edit a stream of lines by a script.
 */
#include "sed.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: sed [-Eins] script [file ...]\n"
    "       sed [-Eins] [-e script] ... [-f script-file] ... [file ...]\n"
    "  -E  extended regular expressions\n"
    "  -e  add these commands to the script\n"
    "  -f  add the commands in this file\n"
    "  -i  edit the files in place\n"
    "  -n  print only what commands print\n"
    "  -s  each file has its own line numbers and last line\n";

bool quiet, separate, in_place;

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

void *
need(void *p)
{
	if (p == NULL)
		err(1, NULL);
	return p;
}

void
text_add(struct text *t, const char *data, size_t length)
{
	if (t->length + length + 1 > t->size) {
		t->size = (t->length + length) * 2 + 64;
		t->data = need(realloc(t->data, t->size));
	}
	if (length > 0)
		memcpy(t->data + t->length, data, length);
	t->length += length;
	t->data[t->length] = '\0';
}

void
text_set(struct text *t, const char *data, size_t length)
{
	t->length = 0;
	text_add(t, data, length);
}

static void
add_script(struct text *script, const char *part, size_t length)
{
	if (script->data != NULL)
		text_add(script, "\n", 1);
	text_add(script, part, length);
}

static void
add_script_file(struct text *script, const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	struct text all = { NULL, 0, 0 };
	char buffer[4096];
	size_t n;

	if (f == NULL)
		err(1, "%s", name);
	while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		text_add(&all, buffer, n);
	if (ferror(f))
		err(1, "%s", name);
	if (all.length > 0 && all.data[all.length - 1] == '\n')
		all.length--;
	add_script(script, all.data == NULL ? "" : all.data, all.length);
	free(all.data);
	if (f != stdin)
		fclose(f);
}

int
main(int argc, char **argv)
{
	static char standard[] = "-";
	char *none[] = { standard, NULL };
	struct text text = { NULL, 0, 0 };
	struct script script = { NULL, 0, false };
	int c, status;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "Ee:f:inrsu")) != -1)
		switch (c) {
		case 'E':
		case 'r': script.extended = true; break;
		case 'e': add_script(&text, optarg, strlen(optarg)); break;
		case 'f': add_script_file(&text, optarg); break;
		case 'i': in_place = separate = true; break;
		case 'n': quiet = true; break;
		case 's': separate = true; break;
		case 'u': setvbuf(stdout, NULL, _IOLBF, 0); break;
		default: usage(1);
		}
	if (text.data == NULL) {
		if (optind == argc)
			usage(1);
		add_script(&text, argv[optind], strlen(argv[optind]));
		optind++;
	}
	standard_output.file = stdout;
	/* As the first line of a script, #n is -n. */
	if (text.length >= 2 && memcmp(text.data, "#n", 2) == 0 && (text.length == 2 || text.data[2] == '\n'))
		quiet = true;
	parse(&script, text.data, text.length);
	input_open(optind == argc ? none : argv + optind);
	status = execute(&script);
	output_close_all();
	return status != 0 ? status : input_status();
}
