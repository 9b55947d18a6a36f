/* What the tests of the command line run: the first argument says what to do. */
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
interrupted(int signo)
{
	printf("caught %d\n", signo);
	fflush(stdout);
	_exit(42);
}

static int
copy(void)
{
	static char buffer[60000];
	ssize_t n;

	while ((n = read(0, buffer, sizeof(buffer))) > 0)
		for (ssize_t done = 0, w; done < n; done += w)
			if ((w = write(1, buffer + done, n - done)) <= 0)
				return 9;
	return n < 0 ? 8 : 0;
}

/* Tell the test that the program is where it wants to be. */
static void
ready(void)
{
	write(1, "ready\n", 6);
}

int
main(int argc, char **argv, char **envp)
{
	const char *what = argc > 1 ? argv[1] : "";
	unsigned char random[8];
	char path[1024], c;

	if (strcmp(what, "args") == 0)
		for (int i = 0; i < argc; i++)
			printf("[%s]\n", argv[i]);
	else if (strcmp(what, "env") == 0)
		for (int i = 0; envp[i] != NULL; i++)
			printf("%s\n", envp[i]);
	else if (strcmp(what, "cwd") == 0)
		printf("%s\n", getcwd(path, sizeof(path)));
	else if (strcmp(what, "exit") == 0)
		return atoi(argv[2]);
	else if (strcmp(what, "kill") == 0)
		raise(atoi(argv[2]));
	else if (strcmp(what, "copy") == 0)
		return copy();
	else if (strcmp(what, "both") == 0) {
		for (int i = 0; i < 3; i++) {
			write(1, "out\n", 4);
			write(2, "err\n", 4);
		}
		return 3;
	} else if (strcmp(what, "random") == 0) {
		arc4random_buf(random, sizeof(random));
		for (unsigned i = 0; i < sizeof(random); i++)
			printf("%02x", random[i]);
		printf("\n");
	} else if (strcmp(what, "sleep") == 0)
		sleep(atoi(argv[2]));
	else if (strcmp(what, "fork") == 0) {
		if (fork() == 0)
			_exit(0);
		wait(NULL);
	} else if (strcmp(what, "spin") == 0 || strcmp(what, "catch") == 0) {
		if (what[0] == 'c')
			signal(SIGINT, interrupted);
		ready();
		for (;;)
			;
	} else if (strcmp(what, "read") == 0) {
		ready();
		return read(0, &c, 1) == 1 ? 10 : 11;
	} else if (strcmp(what, "read-catch") == 0) {
		signal(SIGINT, interrupted);
		ready();
		return read(0, &c, 1) == 1 ? 10 : 11;
	} else if (strcmp(what, "family") == 0) {
		/* A child in the foreground: an interrupt is for both. */
		if (fork() == 0)
			for (;;)
				;
		ready();
		for (;;)
			pause();
	} else if (strcmp(what, "deadlock") == 0)
		pause();
	else if (strcmp(what, "flood") == 0)
		for (;;)
			write(1, path, sizeof(path));
	else if (strcmp(what, "closed") == 0) {
		/* Whether the three streams work. */
		int in = read(0, &c, 1) >= 0, out = write(1, "x", 1) == 1, err = write(2, "x", 1) == 1;
		return in | out << 1 | err << 2;
	} else if (strcmp(what, "touch") == 0) {
		volatile char *p = malloc(64 << 20);

		for (int i = 0; i < 64 << 20; i += 4096)
			p[i] = 1;
	} else
		return 99;
	return 0;
}
