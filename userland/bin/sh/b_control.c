/*
 * Built-ins that steer the shell.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"
#include "builtins.h"

int
b_colon(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int
b_false(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}

static int
number_argument(const char *s)
{
	if (*s == '\0' || s[strspn(s, "0123456789")] != '\0' || strlen(s) > 9)
		fatal("Illegal number: %s", s);
	return atoi(s);
}

/* break and continue. Outside of a loop they do nothing. */
int
b_break(int argc, char **argv)
{
	int n = argc > 1 ? number_argument(argv[1]) : 1;

	if (n == 0)
		fatal("Illegal number: %s", argv[1]);
	if (n > loop_depth)
		n = loop_depth;
	if (n > 0) {
		skip = argv[0][0] == 'b' ? SKIP_BREAK : SKIP_CONTINUE;
		skip_count = n;
	}
	return 0;
}

int
b_return(int argc, char **argv)
{
	int status = argc > 1 ? number_argument(argv[1]) : exit_status;

	skip = SKIP_RETURN;
	return status;
}

int
b_exit(int argc, char **argv)
{
	static size_t warned_at;
	int status = argc > 1 ? number_argument(argv[1]) : exit_status;

	if (options[OPT_INTERACTIVE] && jobs_stopped() && warned_at != history_count()) {
		warned_at = history_count();
		complain("there are stopped jobs");
		return 1;
	}
	exit_shell(status);
}

int
b_eval(int argc, char **argv)
{
	struct buf text = { 0 };
	int line = exec_line;

	if (argc > 1 && strcmp(argv[1], "--") == 0) {
		argc--;
		argv++;
	}
	for (int i = 1; i < argc; i++) {
		if (i > 1)
			buf_putc(&text, ' ');
		buf_puts(&text, argv[i]);
	}
	exit_status = 0;
	exec_string(buf_string(&text), 0);
	exec_line = line;
	return exit_status;
}

/* The file that `.` means: without a slash, one in PATH that can be read. */
static int
open_dot(const char *name)
{
	const char *path = var_get("PATH");

	if (strchr(name, '/') != NULL)
		return open(name, O_RDONLY);
	while (path != NULL) {
		size_t length = strcspn(path, ":");
		const char *candidate = length == 0 ? name : temp_printf("%.*s/%s", (int)length, path, name);
		int fd = open(candidate, O_RDONLY);

		if (fd != -1)
			return fd;
		path += length;
		if (*path++ == '\0')
			break;
	}
	errno = ENOENT;
	return -1;
}

int
b_dot(int argc, char **argv)
{
	struct cleanup pop;
	int fd, line = exec_line;

	if (argc > 1 && strcmp(argv[1], "--") == 0) {
		argc--;
		argv++;
	}
	if (argc < 2)
		fatal(".: a file is needed");
	check_stack();
	fd = open_dot(argv[1]);
	if (fd == -1)
		fatal(".: cannot open %s: %s", argv[1], strerror(errno));
	fd = move_high(fd);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	input_push_fd(fd, false);
	push_cleanup(&pop, input_pop, NULL);
	exit_status = 0;
	exec_input(0);
	pop_cleanup(&pop);
	exec_line = line;
	if (skip == SKIP_RETURN)
		skip = SKIP_NONE;
	return exit_status;
}

int
b_exec(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--") == 0) {
		argc--;
		argv++;
	}
	if (argc == 1)
		return 0;
	if (options[OPT_INTERACTIVE]) {
		/* A program that cannot be run must not end the session. */
		int why;

		if (find_program(argv[1], NULL, &why) == NULL) {
			exit_status = why;
			complain("%s: %s", argv[1], why == STATUS_NOT_FOUND ? "not found" : strerror(EACCES));
			raise_error(why);
		}
	}
	exec_program(argv + 1, NULL, false);
}

int
b_shift(int argc, char **argv)
{
	size_t n = argc > 1 ? (size_t)number_argument(argv[1]) : 1;

	if (n > params.n)
		fatal("can't shift that many");
	params_shift(n);
	return 0;
}
