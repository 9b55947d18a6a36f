/* A running program's file is not written, and a file that somebody writes is not run. */
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "check.h"

static int
run(const char *path)
{
	char *argv[] = { "text", "child", NULL };
	int status;
	pid_t pid;

	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		execv(path, argv);
		_exit(errno);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

int
main(int argc, char **argv)
{
	static char buf[4096];
	int from, to, writer;
	ssize_t n;

	if (argc > 1)
		return 77;
	CHECK_ERRNO(open("/bin/text", O_WRONLY), ETXTBSY);
	CHECK_ERRNO(open("/bin/text", O_RDONLY | O_TRUNC), ETXTBSY);
	CHECK_ERRNO(truncate("/bin/text", 0), ETXTBSY);
	CHECK_ERRNO(access("/bin/text", W_OK), ETXTBSY);
	CHECK((from = open("/bin/text", O_RDONLY)) >= 0);
	CHECK((to = open("/tmp/copy", O_WRONLY | O_CREAT, 0755)) >= 0);
	while ((n = read(from, buf, sizeof buf)) > 0)
		CHECK_EQ(write(to, buf, (size_t)n), n);
	CHECK_EQ(run("/tmp/copy"), ETXTBSY);
	CHECK_EQ(close(to), 0);
	CHECK_EQ(run("/tmp/copy"), 77);
	CHECK((writer = open("/tmp/copy", O_WRONLY)) >= 0);
	CHECK_EQ(run("/tmp/copy"), ETXTBSY);
	CHECK_EQ(close(writer), 0);
	CHECK_EQ(chmod("/tmp/copy", 0644), 0);
	CHECK_EQ(run("/tmp/copy"), EACCES);

	/* Our own text outlives its name. */
	CHECK_EQ(unlink("/bin/text"), 0);
	CHECK_EQ(run("/bin/text"), ENOENT);
	CHECK_EQ(link("/tmp/copy", "/bin/text"), 0);
	CHECK_EQ(chmod("/bin/text", 0755), 0);
	CHECK_EQ(run("/bin/text"), 77);
	return 0;
}
