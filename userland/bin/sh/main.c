/*
 * sh: the POSIX shell. Starting up, and reading commands to the end.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

pid_t shell_pid;
const char standard_path[] = "/bin:/usr/bin:/sbin:/usr/sbin";

/* A text without null characters in its first lines may be a script. */
bool
path_is_script(const char *path)
{
	char start[256];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd == -1)
		return false;
	n = read(fd, start, sizeof(start));
	close(fd);
	errno = ENOEXEC;
	return n >= 0 && (n == 0 || memchr(start, '\0', (size_t)n) == NULL);
}

static int
open_script(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd == -1) {
		int error = errno;

		complain("cannot open %s: %s", path, strerror(error));
		exit_shell(error == ENOENT || error == ENOTDIR ? STATUS_NOT_FOUND : STATUS_CANNOT_EXECUTE);
	}
	fd = move_high(fd);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/* In a child: be the shell that runs a script that does not say what runs it. */
void
run_script_here(const char *path, char **argv)
{
	struct strings copy = { 0 };

	for (; *argv != NULL; argv++)
		strings_add(&copy, *argv);
	input_close_all();
	var_drop_unexported();
	functions_clear();
	memset(options, 0, sizeof(options));
	skip = SKIP_NONE;
	loop_depth = function_depth = tested = 0;
	function_scope = NULL;
	arg0 = xstrdup(path);
	params_set(copy.v + 1, copy.n - 1);
	exec_line = 0;
	exit_status = 0;
	shell_pid = getpid();
	input_push_fd(open_script(path), false);
	exec_input(0);
	exit_shell(exit_status);
}

/* Errors leave an interactive shell where it is: at its prompt. */
static void
interactive_loop(void)
{
	static int ends_refused = 0;

	for (;;) {
		struct handler h;
		struct program *p;

		push_handler(&h);
		if (setjmp(h.env) != 0) {
			memset(&lexer, 0, sizeof(lexer));
			input_reset();
			input_clear_end();
			skip = SKIP_NONE;
			to_prompt = false;
			interrupted = 0;
			continue;
		}
		if (trap_pending())
			trap_run_pending();
		jobs_notify();
		prompt_level = 1;
		p = parse_complete_command();
		if (p == NULL && options[OPT_IGNOREEOF] && isatty(STDIN_FILENO) && ends_refused++ < 10) {
			complain("use \"exit\" to leave the shell");
			input_clear_end();
			pop_handler(&h);
			continue;
		}
		if (p == NULL && jobs_stopped() && ends_refused++ == 0) {
			complain("there are stopped jobs");
			input_clear_end();
			pop_handler(&h);
			continue;
		}
		if (p == NULL)
			break;
		if (p->root != NULL) {
			struct cleanup release;

			history_add(arena_strndup(&temporary, p->source, p->source_length));
			ends_refused = 0;
			prompt_level = 2;
			push_cleanup(&release, program_release, p);
			exec_node(p->root, 0);
			pop_cleanup(&release);
		} else
			program_release(p);
		skip = SKIP_NONE;
		pop_handler(&h);
	}
}

/* ENV names a file that an interactive shell begins with. */
static void
read_env_file(void)
{
	const char *name = var_get("ENV");
	struct handler h;
	struct cleanup pop;
	int fd;

	if (name == NULL || *name == '\0')
		return;
	push_handler(&h);
	if (setjmp(h.env) != 0)
		return;
	name = expand_prompt("ENV");
	fd = open(name, O_RDONLY);
	if (fd != -1) {
		fd = move_high(fd);
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		input_push_fd(fd, false);
		push_cleanup(&pop, input_pop, NULL);
		exec_input(0);
		pop_cleanup(&pop);
		skip = SKIP_NONE;
	}
	pop_handler(&h);
}

static void
start_interactive(void)
{
	signals_interactive();
	if (!options[OPT_MONITOR] && isatty(STDIN_FILENO)) {
		options[OPT_MONITOR] = true;
		if (!jobs_set_control(true)) {
			complain("no access to a terminal: job control is off");
			options[OPT_MONITOR] = false;
		}
	}
	read_env_file();
}

/* -c text [name [argument...]] */
static void
run_text(char **argv)
{
	const char *text = *argv++;
	size_t n = 0;

	if (text == NULL)
		fatal("-c requires an argument");
	if (*argv != NULL)
		arg0 = *argv++;
	while (argv[n] != NULL)
		n++;
	params_set(argv, n);
	if (options[OPT_INTERACTIVE])
		start_interactive();
	exec_string(text, EXEC_LAST);
}

int
main(int argc, char **argv, char **envp)
{
	struct invocation invocation = { 0 };
	bool dashes, monitor;
	size_t n = 0;

	(void)argc;
	check_stack();
	arg0 = argv[0] == NULL ? "sh" : argv[0];
	var_init(envp);
	argv += argv[0] != NULL;
	argv += options_parse(argv, &invocation, &dashes);
	shell_pid = getpid();
	cwd_init();
	if (options[OPT_COMMAND]) {
		run_text(argv);
		exit_shell(exit_status);
	}
	if (*argv != NULL && !options[OPT_STDIN])
		arg0 = *argv++;
	else
		options[OPT_STDIN] = true;
	while (argv[n] != NULL)
		n++;
	params_set(argv, n);
	if (options[OPT_STDIN] && isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
		options[OPT_INTERACTIVE] = true;
	monitor = options[OPT_MONITOR];
	if (options[OPT_INTERACTIVE])
		start_interactive();
	else if (monitor)
		jobs_set_control(true);
	input_push_fd(options[OPT_STDIN] ? STDIN_FILENO : open_script(arg0), options[OPT_INTERACTIVE]);
	if (options[OPT_INTERACTIVE])
		interactive_loop();
	else
		exec_input(0);
	exit_shell(exit_status);
}
