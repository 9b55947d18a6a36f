/* What exec refuses, and that the old program goes on as if nothing had been (spec C.16, B.6). */
#include <sys/mman.h>
#include <signal.h>

#include "exec.h"

#define SELF "/bin/errors"

static char *const args[] = { "errors", "child", NULL };
static volatile int memory = 5;

static void handler(int signo) { }

/* Refused, with nothing changed. */
static void
refused(const char *path, char *const argv[], char *const envp[], int error)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct sigaction action;
	void *heap = sbrk(0);

	CHECK(signal(SIGUSR1, handler) != SIG_ERR);
	memory++;
	errno = 0;
	if (execve(path, argv, envp) != -1 || errno != error)
		CHECK_FAIL("%.40s: errno is %d, not %d", path, errno, error);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(sigaction(SIGUSR1, NULL, &action), 0);
	CHECK(action.sa_handler == handler);
	CHECK(sbrk(0) == heap);
	CHECK_EQ(close(fd), 0);
}

static void
test_paths(void)
{
	char name[600], path[1100];

	refused("/bin/no-such-program", args, no_environment, ENOENT);
	refused("/no-such-directory/x", args, no_environment, ENOENT);
	refused("", args, no_environment, ENOENT);
	refused(SELF "/x", args, no_environment, ENOTDIR);
	refused("/tmp", args, no_environment, EACCES);
	refused("/dev/null", args, no_environment, EACCES);
	CHECK_EQ(symlink("/tmp/loop", "/tmp/loop"), 0);
	refused("/tmp/loop", args, no_environment, ELOOP);
	CHECK_EQ(symlink("/nowhere", "/tmp/dangling"), 0);
	refused("/tmp/dangling", args, no_environment, ENOENT);
	memset(name, 'n', sizeof(name));
	name[0] = '/';
	name[599] = '\0';
	refused(name, args, no_environment, ENAMETOOLONG);
	for (int i = 0; i < 1099; i++)
		path[i] = i % 10 ? 'p' : '/';
	path[1099] = '\0';
	refused(path, args, no_environment, ENAMETOOLONG);
	CHECK_EQ(symlink(SELF, "/tmp/link"), 0);
	CHECK_EQ(exec_in_child("/tmp/link", args, no_environment), 44);
}

static void
test_permissions(void)
{
	pid_t pid;
	int status;

	copy_file(SELF, "/tmp/copy", 0644);
	refused("/tmp/copy", args, no_environment, EACCES);	/* not even root */
	CHECK_EQ(chmod("/tmp/copy", 0100), 0);
	CHECK_EQ(exec_in_child("/tmp/copy", args, no_environment), 44);
	CHECK_EQ(mkdir("/tmp/closed", 0700), 0);
	copy_file(SELF, "/tmp/closed/copy", 0755);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(setuid(1000), 0);
		refused("/tmp/copy", args, no_environment, EACCES);
		refused("/tmp/closed/copy", args, no_environment, EACCES);
		_exit(exec_in_child(SELF, args, no_environment) != 44);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	/* To run a program one need not be able to read it. */
	CHECK_EQ(chmod("/tmp/copy", 0111), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(setuid(1000), 0);
		_exit(exec_in_child("/tmp/copy", args, no_environment) != 44);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

static void
test_busy(void)
{
	int fd;

	copy_file(SELF, "/tmp/copy", 0755);
	fd = open("/tmp/copy", O_WRONLY);
	refused("/tmp/copy", args, no_environment, ETXTBSY);
	CHECK_EQ(close(fd), 0);
	fd = open("/tmp/copy", O_RDONLY);
	CHECK_EQ(exec_in_child("/tmp/copy", args, no_environment), 44);
	CHECK_EQ(close(fd), 0);
}

static void
patch(long offset, const void *bytes, size_t size)
{
	int fd;

	copy_file(SELF, "/tmp/copy", 0755);
	fd = open("/tmp/copy", O_RDWR);
	CHECK_EQ(pwrite(fd, bytes, size, offset), (ssize_t)size);
	CHECK_EQ(close(fd), 0);
}

static void
test_formats(void)
{
	static const char text[] = "echo no first line\n";
	static const unsigned char zero[64];
	struct { long offset; const char *bytes; size_t size; } wrong[] = {
		{ 0, "\177ELG", 4 },			/* magic number */
		{ 4, "\1", 1 },				/* 32 bits */
		{ 5, "\2", 1 },				/* big end first */
		{ 16, "\3", 1 },			/* a shared object */
		{ 18, "\x3e", 1 },			/* another machine */
		{ 32, "\377\377\377\377\377\377\377\177", 8 },	/* where the program headers are */
		{ 54, "\377", 1 },			/* their size */
		{ 56, "\0\0", 2 },			/* their number */
		{ 56, "\377\377", 2 },
		{ 64 + 16, "\0\0\0\0\0\0\0\0", 8 },	/* an address below what may be mapped; or none */
		{ 64 + 32, "\377\377\377\377\377\377\377\377", 8 },	/* size in the file */
	};

	make_file("/tmp/copy", text, sizeof(text) - 1, 0755);
	refused("/tmp/copy", args, no_environment, ENOEXEC);
	make_file("/tmp/copy", "", 0, 0755);
	refused("/tmp/copy", args, no_environment, ENOEXEC);
	make_file("/tmp/copy", zero, sizeof(zero), 0755);
	refused("/tmp/copy", args, no_environment, ENOEXEC);
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]) - 2; i++) {
		patch(wrong[i].offset, wrong[i].bytes, wrong[i].size);
		refused("/tmp/copy", args, no_environment, ENOEXEC);
	}
	/* Cut off. */
	for (int size = 1; size < 300; size += 37) {
		copy_file(SELF, "/tmp/copy", 0755);
		CHECK_EQ(truncate("/tmp/copy", size), 0);
		refused("/tmp/copy", args, no_environment, ENOEXEC);
	}
	copy_file(SELF, "/tmp/copy", 0755);
	CHECK_EQ(truncate("/tmp/copy", 8192), 0);
	refused("/tmp/copy", args, no_environment, ENOEXEC);
}

static void
test_addresses(void)
{
	char *half = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0), **argv;

	CHECK_EQ(munmap(half + 4096, 4096), 0);
	refused((char *)8, args, no_environment, EFAULT);
	refused(SELF, (char **)8, no_environment, EFAULT);
	refused(SELF, args, (char **)8, EFAULT);
	/* A string and an array that run into nothing. */
	memset(half, 'x', 4096);
	refused(half + 4000, args, no_environment, EFAULT);
	argv = (char **)(half + 4096 - 16);
	argv[0] = "errors";
	argv[1] = half + 4000;
	refused(SELF, argv, no_environment, EFAULT);
	refused(SELF, NULL, no_environment, EINVAL);
	/* No environment at all is an empty one. */
	CHECK_EQ(exec_in_child(SELF, args, NULL), 44);
}

int
main(int argc, char **argv)
{
	if (argc == 2)
		return 44;
	test_paths();
	test_permissions();
	test_busy();
	test_formats();
	test_addresses();
	CHECK(memory > 30);
	return 0;
}
