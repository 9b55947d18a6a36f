/* Streams: what one call writes stays together; flockfile holds a stream for several. */
#include <sys/stat.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "check.h"

#define THREADS 8
#define LINES 40

static FILE *out;

static void *
writes(void *argument)
{
	char line[80];
	int i, k;

	for (i = 0; i < LINES; i++) {
		memset(line, 'a' + (int)(long)argument, 60);
		line[60] = '\0';
		fprintf(out, "%s %d %s\n", line, i, line);
		if (i % 8 == 0) {
			flockfile(out);
			for (k = 0; k < 30; k++) {
				fputc('A' + (int)(long)argument, out);
				if (k % 10 == 0)
					sched_yield();
			}
			putc_unlocked('\n', out);
			funlockfile(out);
		}
	}
	return NULL;
}

static void *
opens(void *argument)
{
	char name[32], back[32];
	FILE *fp;
	int i;

	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "/tmp/file%ld", (long)argument);
		CHECK((fp = fopen(name, "w+")) != NULL);
		fprintf(fp, "%s\n", name);
		rewind(fp);
		CHECK(fgets(back, sizeof(back), fp) != NULL);
		back[strlen(back) - 1] = '\0';
		CHECK_STR(back, name);
		fflush(NULL);
		CHECK_EQ(fclose(fp), 0);
	}
	return NULL;
}

static void *
tries(void *argument)
{
	return (void *)(long)ftrylockfile(argument);
}

static void
run(void *(*function)(void *))
{
	pthread_t t[THREADS];
	long i;

	for (i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, function, (void *)i), 0);
	for (i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
}

int
main(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	int count = 0;
	pthread_t t;
	void *result;

	CHECK((out = fopen("/tmp/lines", "w+")) != NULL);
	setvbuf(out, NULL, _IOFBF, 256);
	run(writes);
	rewind(out);
	while ((length = getline(&line, &size, out)) != -1) {
		count++;
		CHECK(length == 31 || length > 120);
		for (int i = 1; i < (length == 31 ? 30 : 60); i++)
			CHECK_EQ(line[i], line[0]);
	}
	CHECK_EQ(count, THREADS * (LINES + LINES / 8));
	run(opens);

	/* A lock taken before there are others holds, and nests. */
	flockfile(out);
	flockfile(out);
	CHECK_EQ(pthread_create(&t, NULL, tries, out), 0);
	CHECK_EQ(pthread_join(t, &result), 0);
	CHECK((long)result != 0);
	funlockfile(out);
	CHECK_EQ(ftrylockfile(out), 0);
	funlockfile(out);
	funlockfile(out);
	CHECK_EQ(pthread_create(&t, NULL, tries, out), 0);
	CHECK_EQ(pthread_join(t, &result), 0);
	CHECK_EQ((long)result, 0);
	return 0;
}
