/* system and popen. This program is its own shell: /bin/sh becomes a name of it. */
#include <sys/wait.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

static volatile int caught;

/* What `sh -c command` does here. */
static int
as_shell(const char *command)
{
	struct sigaction sa;
	sigset_t mask;
	int c, n = 0, i;

	if (strncmp(command, "exit ", 5) == 0)
		return atoi(command + 5);
	if (strcmp(command, "kill") == 0)
		raise(SIGKILL);
	if (strcmp(command, "echo") == 0) {
		printf("hello\n");
		return 0;
	}
	if (strcmp(command, "count") == 0) {
		while ((c = getchar()) != EOF)
			n++;
		return n;
	}
	if (strcmp(command, "signals") == 0) {
		sigprocmask(SIG_BLOCK, NULL, &mask);
		sigaction(SIGINT, NULL, &sa);
		if (sa.sa_handler != SIG_DFL || sigismember(&mask, SIGCHLD))
			return 1;
		sigaction(SIGQUIT, NULL, &sa);
		return sa.sa_handler == SIG_IGN ? 0 : 2;
	}
	/* How many descriptors beyond the standard ones there are. */
	for (i = 3; i < 40; i++)
		n += fcntl(i, F_GETFD) != -1;
	return n;
}

static void
handler(int signo)
{
	caught = signo;
}

static void
test_system(void)
{
	struct sigaction sa;
	int status;

	CHECK(system(NULL) != 0);
	status = system("exit 7");
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	status = system("kill");
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	/* The shell has the caller's actions; the caller gets its own back. */
	signal(SIGINT, handler);
	signal(SIGQUIT, SIG_IGN);
	CHECK_EQ(system("signals"), 0);
	sigaction(SIGINT, NULL, &sa);
	CHECK(sa.sa_handler == handler);
	CHECK_ERRNO(wait(NULL), ECHILD);
}

static void
test_popen(void)
{
	char line[32];
	FILE *in, *out, *third;
	int status;

	CHECK(popen("echo", "x") == NULL && errno == EINVAL);
	CHECK((in = popen("echo", "r")) != NULL);
	CHECK(fgets(line, sizeof(line), in) != NULL);
	CHECK_STR(line, "hello\n");
	CHECK(fgets(line, sizeof(line), in) == NULL);
	CHECK_EQ(pclose(in), 0);
	CHECK_ERRNO(pclose(stdin), ECHILD);

	/* Later commands do not hold earlier ones' pipes open. */
	CHECK((out = popen("count", "w")) != NULL);
	CHECK((in = popen("count", "we")) != NULL);
	CHECK((third = popen("descriptors", "r")) != NULL);
	status = pclose(third);
	CHECK_EQ(WEXITSTATUS(status), 0);
	CHECK_EQ(fputs("12345", out), 0);
	status = pclose(out);
	CHECK_EQ(WEXITSTATUS(status), 5);
	status = pclose(in);
	CHECK_EQ(status, 0);
}

static void *
runs(void *argument)
{
	char command[16], line[16];
	FILE *in;
	int i, status;

	for (i = 0; i < 3; i++) {
		snprintf(command, sizeof(command), "exit %ld", (long)argument);
		status = system(command);
		CHECK_EQ(WEXITSTATUS(status), (long)argument);
		CHECK((in = popen("echo", "r")) != NULL);
		CHECK(fgets(line, sizeof(line), in) != NULL);
		CHECK_EQ(pclose(in), 0);
	}
	return NULL;
}

static void
test_threads(void)
{
	struct sigaction sa;
	pthread_t t[4];
	long i;

	for (i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, runs, (void *)i), 0);
	for (i = 0; i < 4; i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
	sigaction(SIGINT, NULL, &sa);
	CHECK(sa.sa_handler == handler);
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[0], "sh") == 0 && strcmp(argv[1], "-c") == 0)
		return as_shell(argv[2]);
	CHECK_EQ(link("/bin/shell", "/bin/sh"), 0);
	test_system();
	test_popen();
	test_threads();
	return 0;
}
