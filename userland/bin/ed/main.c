/*
 * ed: the editor that works line by line.
 */
#include "ed.h"

#include <sys/stat.h>
#include <err.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: ed [-s] [-p prompt] [file]\n"
    "  -p prompt  show this before commands\n"
    "  -s         write no numbers of bytes\n"
    "Commands are those of POSIX: a c d e E f g G h H i j k l m n p P q Q r s t u v V w = !\n";

struct line *marks[26];
bool modified, silent, in_global;
char *file_name;
bool explain, show_prompt;	/* H, P */
const char *explanation;	/* of the last error */

static jmp_buf top;
static int status;
static volatile sig_atomic_t interrupted;

static _Noreturn void
usage(int code)
{
	fputs(usage_text, code == 0 ? stdout : stderr);
	exit(code);
}

void *
need(void *pointer)
{
	if (pointer == NULL)
		err(2, NULL);
	return pointer;
}

void
text_add(struct text *t, const char *data, size_t length)
{
	if (t->length + length + 1 > t->size) {
		t->size = (t->length + length) * 2 + 64;
		t->data = need(realloc(t->data, t->size));
	}
	memcpy(t->data + t->length, data, length);
	t->length += length;
	t->data[t->length] = '\0';
}

void
fail(const char *why)
{
	explanation = why;
	longjmp(top, 1);
}

void
quit(void)
{
	if (fflush(stdout) == EOF)
		err(2, "stdout");
	exit(status);
}

/* Noticed where it does no harm: when a line is read or printed. */
static void
interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

void
check_interrupt(void)
{
	if (interrupted) {
		interrupted = 0;
		clearerr(stdin);
		fail("Interrupt");
	}
}

/* In a script that is a file, what comes after an error would not do what it was meant to. */
static void
report(void)
{
	struct stat st;

	end_list();
	in_global = false;
	puts("?");
	if (explain)
		puts(explanation);
	status = 1;
	if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode)) {
		fflush(stdout);
		exit(2);
	}
}

/* At the end of input.  On a terminal, a modified buffer is kept once. */
static void
end_of_input(void)
{
	if (modified && !warned) {
		warned = true;
		if (isatty(STDIN_FILENO)) {
			clearerr(stdin);
			fail("Warning: buffer modified");
		}
		puts("?");
		status = 2;
	}
	quit();
}

int
main(int argc, char **argv)
{
	static const char *prompt = "*";
	int c;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "p:s")) != -1)
		switch (c) {
		case 'p':
			prompt = optarg;
			show_prompt = true;
			break;
		case 's': silent = true; break;
		default: usage(1);
		}
	if (argc - optind > 1)
		usage(1);
	buffer.lines = need(malloc(sizeof(struct line *)));
	signal(SIGQUIT, SIG_IGN);
	sigaction(SIGINT, &(struct sigaction){ .sa_handler = interrupt }, NULL);	/* reads end with EINTR */
	if (setjmp(top) == 0) {
		if (optind < argc)
			edit_file(need(strdup(argv[optind])));
	} else if (buffer.count == 0 && file_name != NULL)
		status = 0;	/* a new file */
	if (setjmp(top) != 0)
		report();
	for (;;) {
		if (show_prompt)
			fputs(prompt, stdout);
		if (!read_command())
			end_of_input();
		run_command();
	}
}
