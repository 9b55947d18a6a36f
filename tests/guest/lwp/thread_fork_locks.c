/* A fork at any moment finds libc's locks held by other threads; the child gets them free. */
#include <sys/wait.h>
#include <pthread.h>
#include <unistd.h>

#include "check.h"

static volatile int stop, rounds;

static void *
uses_locks(void *argument)
{
	while (!stop) {
		random();
		arc4random();
		free(malloc(100));
		if (++rounds % 4 == 0)
			sched_yield();	/* the test outside preempts, too */
	}
	return argument;
}

int
main(void)
{
	pthread_t t[3];
	int i, status;

	for (i = 0; i < 3; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, uses_locks, NULL), 0);
	for (i = 1; i <= 20; i++) {
		while (rounds < 3 * i)
			sched_yield();
		if (fork() == 0) {
			random();
			arc4random();
			free(malloc(200));
			exit(0);
		}
		CHECK(wait(&status) > 0);
		CHECK_EQ(status, 0);
	}
	stop = 1;
	for (i = 0; i < 3; i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
	return 0;
}
