/* Some of everything, to be traced; test_trace.py has the trace. It begins where this says "begin". */
#include <sys/ktrace.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
handler(int signo)
{
	(void)signo;
}

int
main(int argc, char **argv)
{
	char c;
	int fds[2];

	(void)argv;
	if (argc > 1)
		_exit(3);
	utrace("begin", "", 0);
	open("absent", O_RDONLY | O_CLOEXEC);
	close(openat(AT_FDCWD, "/tmp/made", O_RDWR | O_CREAT | O_EXCL, 0640));
	munmap(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0), 4096);
	signal(SIGUSR1, handler);
	kill(getpid(), SIGUSR1);
	if (pipe(fds) != 0)
		return 1;
	if (fork() == 0) {
		read(fds[0], &c, 1);
		execl("/bin/story", "story", "a \"b\"\n", (char *)NULL);
		_exit(9);
	}
	write(fds[1], "some text\nand \1 more\n", 21);
	wait(NULL);
	if (vfork() == 0)
		_exit(0);
	wait(NULL);
	if (fork() == 0) {
		kill(getpid(), SIGTERM);
		_exit(9);
	}
	wait(NULL);
	return 5;
}
