/* pthread_create, join, detach, exit, self; attributes, names. */
#include <sys/resource.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

static _Thread_local int own = 3;
static volatile int detached_ran;

static void *
body(void *argument)
{
	CHECK_EQ(own, 3);
	own = (int)(long)argument;
	errno = own;
	sched_yield();
	CHECK_EQ(errno, own);
	return (void *)(long)(own * 2);
}

static void *
exits(void *argument)
{
	pthread_exit(argument);
}

static void *
detached(void *argument)
{
	(void)argument;
	detached_ran++;
	return NULL;
}

static void *
tells_stack(void *argument)
{
	char here;

	(void)argument;
	return (void *)((uintptr_t)&here);
}

static void *
joins(void *argument)
{
	return (void *)(long)pthread_join(*(pthread_t *)argument, NULL);
}

static void *
deep(void *argument)
{
	char fill[60000];

	memset(fill, 1, sizeof(fill));
	return (void *)((uintptr_t)argument + fill[59999]);
}

static void
test_join(void)
{
	pthread_t t[5];
	void *result;
	long i;

	errno = 77;
	for (i = 0; i < 5; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, body, (void *)i), 0);
	for (i = 4; i >= 0; i--) {
		CHECK_EQ(pthread_join(t[i], &result), 0);
		CHECK_EQ((long)result, 2 * i);
	}
	CHECK_EQ(errno, 77);
	CHECK_EQ(own, 3);
	CHECK_EQ(pthread_create(&t[0], NULL, exits, &own), 0);
	CHECK_EQ(pthread_join(t[0], &result), 0);
	CHECK(result == &own);
	CHECK_EQ(pthread_join(t[0], &result), ESRCH);
	CHECK_EQ(pthread_join(pthread_self(), NULL), EDEADLK);
	CHECK(pthread_equal(pthread_self(), pthread_self()));
}

static void
test_detach(void)
{
	pthread_attr_t attr;
	pthread_t t;
	int i, state;

	for (i = 0; i < 20; i++) {
		CHECK_EQ(pthread_create(&t, NULL, detached, NULL), 0);
		if (i % 2)
			while (detached_ran <= i)
				sched_yield();
		CHECK_EQ(pthread_detach(t), 0);
	}
	CHECK_EQ(pthread_attr_init(&attr), 0);
	CHECK_EQ(pthread_attr_setdetachstate(&attr, 9), EINVAL);
	CHECK_EQ(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED), 0);
	CHECK_EQ(pthread_attr_getdetachstate(&attr, &state), 0);
	CHECK_EQ(state, PTHREAD_CREATE_DETACHED);
	for (i = 0; i < 20; i++)
		CHECK_EQ(pthread_create(&t, &attr, detached, NULL), 0);
	while (detached_ran < 40)
		sched_yield();
	CHECK_EQ(pthread_attr_destroy(&attr), 0);
	CHECK_EQ(pthread_create(&t, &attr, detached, NULL), EINVAL);
}

static void
test_stack(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	pthread_attr_t attr;
	pthread_t t;
	void *result, *where;
	size_t size;

	CHECK_EQ(pthread_attr_init(&attr), 0);
	CHECK_EQ(pthread_attr_getstacksize(&attr, &size), 0);
	CHECK(size >= 65536);
	CHECK_EQ(pthread_attr_setstacksize(&attr, 1), EINVAL);
	CHECK_EQ(pthread_attr_setstack(&attr, stack, sizeof(stack)), 0);
	CHECK_EQ(pthread_attr_getstack(&attr, &where, &size), 0);
	CHECK(where == stack && size == sizeof(stack));
	CHECK_EQ(pthread_create(&t, &attr, tells_stack, NULL), 0);
	CHECK_EQ(pthread_join(t, &result), 0);
	CHECK((char *)result > stack && (char *)result < stack + sizeof(stack));
	CHECK_EQ(pthread_attr_destroy(&attr), 0);
	CHECK_EQ(pthread_create(&t, NULL, deep, NULL), 0);
	CHECK_EQ(pthread_join(t, &result), 0);
	CHECK_EQ((long)result, 1);
	CHECK_EQ(pthread_getattr_np(pthread_self(), &attr), 0);
	CHECK_EQ(pthread_attr_getstack(&attr, &where, &size), 0);
	CHECK((char *)&attr > (char *)where && (char *)&attr < (char *)where + size);
	pthread_attr_destroy(&attr);
}

static void *
named(void *argument)
{
	char name[32];

	(void)argument;
	CHECK_EQ(pthread_getname_np(pthread_self(), name, sizeof(name)), 0);
	CHECK_STR(name, "worker 3");
	return NULL;
}

static void
test_names(void)
{
	pthread_attr_t attr;
	pthread_t t;
	char name[32];

	CHECK_EQ(pthread_setname_np(pthread_self(), "main %s", (void *)(uintptr_t)"one"), 0);
	CHECK_EQ(pthread_getname_np(pthread_self(), name, sizeof(name)), 0);
	CHECK_STR(name, "main one");
	CHECK_EQ(pthread_setname_np(pthread_self(), "%s", (void *)(uintptr_t)"thirty-two characters are too much"), EINVAL);
	pthread_attr_init(&attr);
	CHECK_EQ(pthread_attr_setname_np(&attr, "worker %d", (void *)3), 0);
	CHECK_EQ(pthread_create(&t, &attr, named, NULL), 0);
	CHECK_EQ(pthread_join(t, NULL), 0);
	pthread_attr_destroy(&attr);
}

/* A joins main, main joins A: one of them is told. */
static void
test_deadlock(void)
{
	pthread_t self = pthread_self(), t;
	int error;
	void *result;

	CHECK_EQ(pthread_create(&t, NULL, joins, &self), 0);
	sched_yield();
	error = pthread_join(t, &result);
	if (error == 0)
		error = (int)(long)result;
	CHECK_EQ(error, EDEADLK);
}

int
main(void)
{
	test_join();
	test_detach();
	test_stack();
	test_names();
	test_deadlock();
	return 0;
}
