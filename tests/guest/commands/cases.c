/*
 * Runs commands, each in a shell, and writes what came of them.
 *
 * /cases holds the commands, each ended by a NUL.  For each there is a line "status length length", the output and
 * the error output.  Standard input is empty, and the directory is the one this was started in.
 */
#include <sys/types.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECONDS	30	/* of virtual time, after which a command is taken to be stuck */

static int
open_empty(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);

	if (fd == -1)
		err(1, "%s", path);
	return fd;
}

static void
copy(int fd)
{
	static char buffer[65536];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) == -1)
		err(1, "lseek");
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		fwrite(buffer, 1, (size_t)n, stdout);
	close(fd);
}

static void
run(const char *command)
{
	int out = open_empty("/out"), errors = open_empty("/errors"), status;
	struct stat out_st, errors_st;
	pid_t pid = fork();

	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY);

		if (dup2(null, 0) == -1 || dup2(out, 1) == -1 || dup2(errors, 2) == -1)
			err(1, "descriptors");
		closefrom(3);
		alarm(SECONDS);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		err(127, "/bin/sh");
	}
	if (waitpid(pid, &status, 0) == -1)
		err(1, "waitpid");
	if (fstat(out, &out_st) == -1 || fstat(errors, &errors_st) == -1)
		err(1, "fstat");
	printf("%d %lld %lld\n", WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
	    (long long)out_st.st_size, (long long)errors_st.st_size);
	copy(out);
	copy(errors);
}

int
main(void)
{
	int fd = open("/cases", O_RDONLY);
	struct stat st;
	char *cases;

	if (fd == -1 || fstat(fd, &st) == -1)
		err(1, "/cases");
	cases = malloc((size_t)st.st_size);
	if (cases == NULL || read(fd, cases, (size_t)st.st_size) != st.st_size)
		err(1, "/cases");
	close(fd);
	for (char *p = cases; p < cases + st.st_size; p += strlen(p) + 1)
		run(p);
	return fflush(stdout) == EOF;
}
