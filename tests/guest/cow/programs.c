/*
 * Programs that replace each other in the same memory: /bin/one and /bin/two, which end with 1 and 2, are copied
 * to one file in turn and executed. Exits with how many runs gave the wrong answer.
 */
#include <fcntl.h>

#include "../fork/baton.h"

static void
copy(const char *from, const char *to, int flags)
{
	static char buffer[65536];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | flags, 0755);
	ssize_t n;

	CHECK(in >= 0 && out >= 0);
	while ((n = read(in, buffer, sizeof(buffer))) > 0)
		CHECK_EQ(write(out, buffer, (size_t)n), n);
	close(in);
	close(out);
}

static int
run(const char *path)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execl(path, path, (char *)NULL);
		_exit(99);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
main(int argc, char **argv)
{
	int overwrite = strcmp(argv[1], "overwrite") == 0, wrong = 0;
	pid_t pid;

	for (int i = 0; i < 40; i++) {
		int n = i % 2 + 1;

		if (!overwrite && i > 0)
			CHECK_EQ(unlink("/tmp/program"), 0);
		copy(n == 1 ? "/bin/one" : "/bin/two", "/tmp/program", 0);
		if (run("/tmp/program") != n)
			wrong++;
		if (i % 3 == 0) {	/* move what is free around */
			pid = fork();
			if (pid == 0)
				_exit(0);
			expect_exit(pid, 0);
		}
	}
	return wrong;
}
