/*
 * xargs: make command lines of what is read, and run them.
 */
#define _OPENBSD_SOURCE	/* strtonum */
#include <sys/wait.h>
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: xargs [-0prtx] [-E eof] [-I text] [-L lines] [-n count] [-P processes] [-s size]\n"
    "             [command [argument ...]]\n"
    "  -0  NULs end arguments             -E  ignore what follows this argument\n"
    "  -I  a command for each line, which replaces the text in its arguments\n"
    "  -L  a command for so many lines    -n  for so many arguments    -P  so many commands at once\n"
    "  -p  ask before each                -r  none if there are no arguments\n"
    "  -s  bytes of a command line        -t  show each                -x  stop if one gets too long\n";

enum { SOME_FAILED = 123, ONE_GAVE_UP = 124, ONE_WAS_KILLED = 125, CANNOT_RUN = 126, NOT_FOUND = 127 };

static bool nul_ends, prompt, skip_empty, trace, strict;
static const char *eof_text, *replaced;
static long most_lines, most_arguments, most_processes = 1, running, most_bytes = 131072;

static char **fixed;		/* the command and its own arguments */
static size_t fixed_count, fixed_bytes;
static char **arguments;
static size_t argument_count, argument_size, argument_bytes;
static int status;

static _Noreturn void
usage(int code)
{
	fputs(usage_text, code == 0 ? stdout : stderr);
	exit(code);
}

static void *
need(void *p)
{
	if (p == NULL)
		err(1, NULL);
	return p;
}

static void
wait_for_one(void)
{
	int s;

	if (wait(&s) == -1)
		return;
	running--;
	if (WIFSIGNALED(s)) {
		warnx("%s: killed by signal %d", fixed[0], WTERMSIG(s));
		exit(ONE_WAS_KILLED);
	}
	switch (WEXITSTATUS(s)) {
	case 0: break;
	case 255:
		warnx("%s: exited with status 255", fixed[0]);
		exit(ONE_GAVE_UP);
	case CANNOT_RUN:
	case NOT_FOUND: exit(WEXITSTATUS(s));
	default: status = SOME_FAILED;
	}
}

/* Whether to run it: shows the command, and asks. */
static bool
confirm(char **argv)
{
	FILE *terminal;
	int c, answer;

	for (int i = 0; argv[i] != NULL; i++)
		fprintf(stderr, "%s%s", i > 0 ? " " : "", argv[i]);
	fputs(prompt ? "?..." : "\n", stderr);
	if (!prompt)
		return true;
	if ((terminal = fopen("/dev/tty", "r")) == NULL)
		err(1, "/dev/tty");
	answer = c = getc(terminal);
	while (c != '\n' && c != EOF)
		c = getc(terminal);
	fclose(terminal);
	return answer == 'y' || answer == 'Y';
}

static void
run(char **argv)
{
	pid_t pid;
	int fd;

	if ((trace || prompt) && !confirm(argv))
		return;
	while (running >= most_processes)
		wait_for_one();
	fflush(stdout);
	if ((pid = fork()) == -1)
		err(1, "fork");
	if (pid > 0) {
		running++;
		return;
	}
	/* The command must not read what is meant for us. */
	if ((fd = open("/dev/null", O_RDONLY)) > 0) {
		dup2(fd, STDIN_FILENO);
		close(fd);
	}
	execvp(argv[0], argv);
	warn("%s", argv[0]);
	_exit(errno == ENOENT ? NOT_FOUND : CANNOT_RUN);
}

static void
flush(void)
{
	char **argv = need(calloc(fixed_count + argument_count + 1, sizeof(char *)));

	memcpy(argv, fixed, fixed_count * sizeof(char *));
	if (argument_count > 0)
		memcpy(argv + fixed_count, arguments, argument_count * sizeof(char *));
	run(argv);
	for (size_t i = 0; i < argument_count; i++)
		free(arguments[i]);
	argument_count = argument_bytes = 0;
	free(argv);
}

/* Takes the text over. */
static void
add(char *text)
{
	size_t bytes = strlen(text) + 1;

	if (fixed_bytes + argument_bytes + bytes > (size_t)most_bytes) {
		if (argument_count == 0 || strict)
			errx(1, "a command line would be too long");
		flush();
		if (fixed_bytes + bytes > (size_t)most_bytes)
			errx(1, "a command line would be too long");
	}
	if (argument_count == argument_size) {
		argument_size = argument_size * 2 + 64;
		arguments = need(realloc(arguments, argument_size * sizeof(char *)));
	}
	arguments[argument_count++] = text;
	argument_bytes += bytes;
	if (most_arguments > 0 && argument_count == (size_t)most_arguments)
		flush();
}

static char *
replace(const char *in, const char *with)
{
	size_t length = strlen(replaced), size = 0;
	char *result;
	FILE *f = need(open_memstream(&result, &size));

	for (const char *found; (found = strstr(in, replaced)) != NULL; in = found + length) {
		fwrite(in, 1, (size_t)(found - in), f);
		fputs(with, f);
	}
	fputs(in, f);
	if (fclose(f) == EOF)
		err(1, NULL);
	return result;
}

static void
run_for(const char *text)
{
	char **argv = need(calloc(fixed_count + 1, sizeof(char *)));
	size_t bytes = 0;

	for (size_t i = 0; i < fixed_count; i++) {
		argv[i] = replace(fixed[i], text);
		bytes += strlen(argv[i]) + 1;
	}
	if (bytes > (size_t)most_bytes)
		errx(1, "a command line would be too long");
	run(argv);
	for (size_t i = 0; i < fixed_count; i++)
		free(argv[i]);
	free(argv);
}

struct word {
	char *text;
	size_t length, size;
	bool any;		/* even an empty one, if it was quoted */
};

static void
push(struct word *w, int c)
{
	if (w->length + 1 >= w->size)
		w->text = need(realloc(w->text, w->size = w->size * 2 + 64));
	w->text[w->length++] = (char)c;
	w->text[w->length] = '\0';
	w->any = true;
}

static void
quoted(struct word *w, int quote)
{
	int c;

	w->any = true;
	while ((c = getchar()) != quote) {
		if (c == EOF || c == '\n')
			errx(1, "%c without another", quote);
		push(w, c);
	}
}

/* Reads a word; *end becomes the blank, newline or EOF after it.  With -I, blanks belong to words. */
static struct word
read_word(int *end)
{
	struct word w = { NULL, 0, 0, false };
	int c;

	for (;;) {
		c = getchar();
		if (nul_ends) {
			if (c == '\0' || c == EOF) {
				w.any = c == '\0' || w.length > 0;
				break;
			}
			push(&w, c);
		} else if (c == '\n' || c == EOF || (isblank(c) && (replaced == NULL || !w.any))) {
			if (w.any || c == '\n' || c == EOF)
				break;
		} else if (c == '\'' || c == '"')
			quoted(&w, c);
		else if (c == '\\') {
			if ((c = getchar()) == EOF)
				errx(1, "backslash at the end");
			push(&w, c);
		} else
			push(&w, c);
	}
	if (w.any && w.text == NULL)
		w.text = need(strdup(""));
	*end = c;
	return w;
}

static void
read_arguments(void)
{
	long lines = 0;
	bool ran = false, line_has_words = false;
	int end = 0;

	while (end != EOF) {
		struct word w = read_word(&end);

		if (w.any && eof_text != NULL && strcmp(w.text, eof_text) == 0)
			break;
		if (w.any && replaced != NULL) {
			run_for(w.text);
			free(w.text);
			ran = true;
			continue;
		}
		if (w.any) {
			add(w.text);
			ran = line_has_words = true;
		}
		/* A blank at the end of a line means that it goes on in the next. */
		if ((end == '\n' && w.any && line_has_words) || (nul_ends && w.any)) {
			line_has_words = false;
			if (most_lines > 0 && ++lines == most_lines) {
				lines = 0;
				if (argument_count > 0)
					flush();
			}
		}
	}
	if (argument_count > 0 || (!ran && !skip_empty && replaced == NULL))
		flush();
	while (running > 0)
		wait_for_one();
}

static long
number(const char *text)
{
	const char *wrong;
	long n = (long)strtonum(text, 1, LONG_MAX / 4, &wrong);

	if (wrong != NULL)
		errx(1, "%s: the number is %s", text, wrong);
	return n;
}

int
main(int argc, char **argv)
{
	static char echo[] = "echo";
	char *standard[] = { echo, NULL };
	int c;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "+0E:I:L:n:P:prs:tx")) != -1)
		switch (c) {
		case '0': nul_ends = true; break;
		case 'E': eof_text = *optarg == '\0' ? NULL : optarg; break;
		case 'I':
			replaced = optarg;
			strict = true;
			break;
		case 'L':
			most_lines = number(optarg);
			most_arguments = 0;
			strict = true;
			break;
		case 'P': most_processes = number(optarg); break;
		case 'n':
			most_arguments = number(optarg);
			most_lines = 0;
			break;
		case 'p': prompt = true; break;
		case 'r': skip_empty = true; break;
		case 's': most_bytes = number(optarg); break;
		case 't': trace = true; break;
		case 'x': strict = true; break;
		default: usage(1);
		}
	fixed = optind == argc ? standard : argv + optind;
	for (; fixed[fixed_count] != NULL; fixed_count++)
		fixed_bytes += strlen(fixed[fixed_count]) + 1;
	read_arguments();
	return status;
}
