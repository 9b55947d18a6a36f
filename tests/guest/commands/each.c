/*
 * Runs the commands on standard input, one a line, and prints after each a byte 037 and its status.
 *
 * A line is words with blanks between them; 'quoted' words may hold blanks. "<file", ">file" and "2>file" redirect;
 * otherwise standard error goes where standard output goes, so that the order of what is printed is one order.
 * "pty" before a command runs it on a terminal of 24 lines of 40 characters.
 *
 * A line that begins with "cd", "umask", "user" (an id) or "sleeper" (starts a process that sleeps, and goes on) is
 * carried out here.
 */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

#define WORDS 32

static char *words[WORDS + 1];
static char *input, *output, *errors;

static void
split(char *line)
{
	int count = 0;

	input = output = errors = NULL;
	for (;;) {
		char *word, end = ' ';

		line += strspn(line, " \n");
		if (*line == '\0')
			break;
		if (*line == '\'') {
			end = '\'';
			line++;
		}
		word = line;
		while (*line != '\0' && *line != end && *line != '\n')
			line++;
		if (*line != '\0')
			*line++ = '\0';
		if (end == ' ' && word[0] == '<')
			input = word + 1;
		else if (end == ' ' && word[0] == '>')
			output = word + 1;
		else if (end == ' ' && strncmp(word, "2>", 2) == 0)
			errors = word + 2;
		else if (count < WORDS)
			words[count++] = word;
	}
	words[count] = NULL;
}

static void
redirect(const char *path, int flags, int fd)
{
	int opened;

	if (path == NULL)
		return;
	opened = open(path, flags, 0666);
	if (opened == -1)
		err(126, "%s", path);
	dup2(opened, fd);
	close(opened);
}

/* Run the words but the first on a terminal, and print what appears there. */
static int
on_terminal(void)
{
	struct winsize size = { .ws_row = 24, .ws_col = 40 };
	char buffer[512];
	int fd, status;
	ssize_t n;
	pid_t pid = forkpty(&fd, NULL, NULL, &size);

	if (pid == 0) {
		execvp(words[1], words + 1);
		err(127, "%s", words[1]);
	}
	if (pid == -1)
		err(1, "forkpty");
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		for (ssize_t i = 0; i < n; i++)
			if (buffer[i] != '\r')
				putchar(buffer[i]);
	close(fd);
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int
here(void)
{
	if (strcmp(words[0], "pty") == 0)
		return on_terminal();
	if (strcmp(words[0], "cd") == 0)
		return chdir(words[1]) == -1;
	if (strcmp(words[0], "umask") == 0)
		return umask((mode_t)strtol(words[1], NULL, 8)) == (mode_t)-1;
	if (strcmp(words[0], "user") == 0)
		return setuid((uid_t)atoi(words[1])) == -1;
	if (strcmp(words[0], "sleeper") == 0) {
		if (fork() == 0) {
			execlp("sleep", "sleep", "1000", NULL);
			_exit(127);
		}
		usleep(100000);	/* until it sleeps */
		return 0;
	}
	return -1;
}

int
main(void)
{
	static char line[4096];
	int script, status;
	pid_t pid;
	FILE *f;

	/* The commands must not read the script. */
	script = dup(STDIN_FILENO);
	close(STDIN_FILENO);
	open("/dev/null", O_RDONLY);
	if ((f = fdopen(script, "r")) == NULL)
		err(1, "fdopen");
	fcntl(script, F_SETFD, FD_CLOEXEC);
	while (fgets(line, sizeof(line), f) != NULL) {
		int done;

		split(line);
		if (words[0] == NULL)
			continue;
		done = here();
		if (done == -1) {
			if ((pid = fork()) == 0) {
				redirect(input, O_RDONLY, STDIN_FILENO);
				redirect(output, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
				dup2(STDOUT_FILENO, STDERR_FILENO);
				redirect(errors, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
				execvp(words[0], words);
				err(127, "%s", words[0]);
			}
			if (pid == -1 || waitpid(pid, &status, 0) == -1)
				err(1, "%s", words[0]);
			done = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		}
		printf("\037%d\n", done);
		fflush(stdout);
	}
	return 0;
}
