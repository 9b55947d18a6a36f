/* The threads of ISO C. */
#include <threads.h>

#include "check.h"

static mtx_t mutex;
static cnd_t cond;
static once_flag flag = ONCE_FLAG_INIT;
static tss_t key;
static int count, inits, destroyed;

static void
init(void)
{
	inits++;
}

static void
destroy(void *value)
{
	destroyed += (int)(long)value;
}

static int
body(void *argument)
{
	int i;

	call_once(&flag, init);
	CHECK_EQ(tss_set(key, argument), thrd_success);
	for (i = 0; i < 50; i++) {
		CHECK_EQ(mtx_lock(&mutex), thrd_success);
		count++;
		CHECK_EQ(cnd_signal(&cond), thrd_success);
		CHECK_EQ(mtx_unlock(&mutex), thrd_success);
		thrd_yield();
	}
	CHECK(tss_get(key) == argument);
	if ((long)argument == 3)
		thrd_exit(-7);
	return (int)(long)argument;
}

int
main(void)
{
	struct timespec t;
	thrd_t threads[4];
	long i;
	int result;

	CHECK_EQ(mtx_init(&mutex, mtx_timed | mtx_recursive), thrd_success);
	CHECK_EQ(cnd_init(&cond), thrd_success);
	CHECK_EQ(tss_create(&key, destroy), thrd_success);
	for (i = 0; i < 4; i++)
		CHECK_EQ(thrd_create(&threads[i], body, (void *)i), thrd_success);
	CHECK_EQ(mtx_lock(&mutex), thrd_success);
	while (count < 200)
		CHECK_EQ(cnd_wait(&cond, &mutex), thrd_success);
	CHECK_EQ(mtx_lock(&mutex), thrd_success);
	CHECK_EQ(mtx_unlock(&mutex), thrd_success);
	timespec_get(&t, TIME_UTC);
	t.tv_sec++;
	CHECK_EQ(cnd_timedwait(&cond, &mutex, &t), thrd_timedout);
	CHECK_EQ(mtx_unlock(&mutex), thrd_success);
	for (i = 0; i < 4; i++) {
		CHECK_EQ(thrd_join(threads[i], &result), thrd_success);
		CHECK_EQ(result, i == 3 ? -7 : i);
	}
	CHECK_EQ(inits, 1);
	CHECK_EQ(destroyed, 6);
	CHECK(thrd_equal(thrd_current(), thrd_current()));
	return 0;
}
