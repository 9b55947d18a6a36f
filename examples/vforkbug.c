/*
 * A job runner with a bug: it starts three commands, waits for them, and reports how each ended.
 *
 * It was correct when start() called fork. Since it calls vfork, which is faster, it forgets all jobs but the last.
 * docs/debugging.md hunts the bug down.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct job {
	pid_t pid;
	const char *command;
	int status;
};

static struct job jobs[8];
static int njobs;

/* A child has no jobs: those in the table are its brothers, which it must not wait for. */
static void
forget_jobs(void)
{
	memset(jobs, 0, sizeof jobs);
	njobs = 0;
}

static void
start(const char *command)
{
	pid_t pid = vfork();

	if (pid == 0) {
		forget_jobs();
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	jobs[njobs].pid = pid;
	jobs[njobs].command = command;
	njobs++;
}

static struct job *
find(pid_t pid)
{
	for (int i = 0; i < njobs; i++)
		if (jobs[i].pid == pid)
			return &jobs[i];
	return NULL;
}

int
main(void)
{
	int status;
	pid_t pid;

	start("exit 1");
	start("exit 2");
	start("exit 3");
	printf("waiting for %d jobs\n", njobs);
	fflush(stdout);

	while ((pid = wait(&status)) != -1) {
		struct job *job = find(pid);
		if (job == NULL)
			printf("process %d ended, which is no job\n", pid);
		else
			printf("%s: status %d\n", job->command, WEXITSTATUS(status));
	}
	return 0;
}
