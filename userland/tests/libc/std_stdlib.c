/* <stdlib.h>, <inttypes.h> and <search.h>: sorting, numbers, the environment, generators, tables. */
#include <inttypes.h>
#include <search.h>
#include <stdint.h>
#include <util.h>

#include "../check.h"

static unsigned long comparisons;

static int
by_value(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	comparisons++;
	return (x > y) - (x < y);
}

static int
by_value_reversed(const void *a, const void *b, void *times)
{
	++*(int *)times;
	return -by_value(a, b);
}

static void
check_sorted(const int *a, size_t n)
{
	for (size_t i = 1; i < n; i++)
		CHECK(a[i - 1] <= a[i]);
}

/* Patterns that make naive quicksorts quadratic. */
static void
fill(int *a, size_t n, int pattern)
{
	for (size_t i = 0; i < n; i++)
		switch (pattern) {
		case 0:
			a[i] = (int)(i * 7919 % 1009);
			break;
		case 1:
			a[i] = (int)i;
			break;
		case 2:
			a[i] = (int)(n - i);
			break;
		case 3:
			a[i] = 5;
			break;
		case 4:
			a[i] = (int)(i < n / 2 ? i : n - i);
			break;
		default:
			a[i] = (int)(i % 3);
			break;
		}
}

struct record {
	char key[3];
	short order;
};

static int
by_key(const void *a, const void *b)
{
	return ((const struct record *)a)->key[0] - ((const struct record *)b)->key[0];
}

static void
sorting(void)
{
	static int a[2000];
	static struct record r[300];
	int times = 0, key = 7;

	for (int pattern = 0; pattern < 6; pattern++)
		for (size_t n = 0; n <= 2000; n = n < 20 ? n + 1 : n * 3) {
			comparisons = 0;
			fill(a, n, pattern);
			qsort(a, n, sizeof(*a), by_value);
			check_sorted(a, n);
			CHECK(comparisons < 60000);
			fill(a, n, pattern);
			CHECK_EQ(heapsort(a, n, sizeof(*a), by_value), 0);
			check_sorted(a, n);
			fill(a, n, pattern);
			CHECK_EQ(mergesort(a, n, sizeof(*a), by_value), 0);
			check_sorted(a, n);
		}
	fill(a, 100, 1);
	qsort_r(a, 100, sizeof(*a), by_value_reversed, &times);
	CHECK_EQ(a[0], 99);
	CHECK_EQ(a[99], 0);
	CHECK(times > 0);
	for (int i = 0; i < 300; i++)
		r[i] = (struct record){ { (char)('a' + i * 17 % 5) }, (short)i };
	CHECK_EQ(mergesort(r, 300, sizeof(*r), by_key), 0);
	for (int i = 1; i < 300; i++)
		CHECK(r[i - 1].key[0] < r[i].key[0] ||
		    (r[i - 1].key[0] == r[i].key[0] && r[i - 1].order < r[i].order));
	fill(a, 100, 1);
	CHECK(bsearch(&key, a, 100, sizeof(*a), by_value) == a + 7);
	key = 1000;
	CHECK(bsearch(&key, a, 100, sizeof(*a), by_value) == NULL);
}

static void
numbers(void)
{
	char *end;
	int status;

	CHECK_EQ(strtol("  -42xyz", &end, 10), -42);
	CHECK_STR(end, "xyz");
	CHECK_EQ(strtol("0x1F", &end, 0), 31);
	CHECK_EQ(strtol("0x", &end, 0), 0);
	CHECK_STR(end, "x");
	CHECK_EQ(strtol("017", NULL, 0), 15);
	CHECK_EQ(strtol("zz", NULL, 36), 1295);
	CHECK_EQ(strtol("-", &end, 10), 0);
	CHECK_STR(end, "-");
	errno = 0;
	CHECK_EQ(strtol("9223372036854775808", NULL, 10), INT64_MAX);
	CHECK_EQ(errno, ERANGE);
	errno = 0;
	CHECK_EQ(strtol("-9223372036854775808", NULL, 10), INT64_MIN);
	CHECK_EQ(errno, 0);
	CHECK_EQ(strtol("1", NULL, 99), 0);
	CHECK_EQ(errno, EINVAL);
	CHECK_EQ(strtoul("-1", NULL, 10), UINT64_MAX);
	CHECK_EQ(strtoull("18446744073709551615", NULL, 10), UINT64_MAX);
	errno = 0;
	CHECK_EQ(strtoull("18446744073709551616", NULL, 10), UINT64_MAX);
	CHECK_EQ(errno, ERANGE);
	CHECK_EQ(strtoimax("-5", NULL, 10), -5);
	CHECK_EQ(atoi("123abc"), 123);
	CHECK_EQ(atoll("-9000000000"), -9000000000LL);
	CHECK_EQ(strtoi("50", NULL, 10, 0, 10, &status), 10);
	CHECK_EQ(status, ERANGE);
	CHECK_EQ(strtoi("5x", NULL, 10, 0, 10, &status), 5);
	CHECK_EQ(status, ENOTSUP);
	CHECK_EQ(strtoi("x", NULL, 10, 0, 10, &status), 0);
	CHECK_EQ(status, ECANCELED);
	CHECK_EQ(strtou("7", NULL, 10, 0, 10, &status), 7);
	CHECK_EQ(status, 0);
	CHECK_EQ(abs(-3), 3);
	CHECK_EQ(llabs(-3000000000LL), 3000000000LL);
	CHECK_EQ(div(-7, 2).quot, -3);
	CHECK_EQ(div(-7, 2).rem, -1);
	CHECK_EQ(lldiv(7, -2).quot, -3);
	CHECK_EQ(imaxdiv(9, 4).rem, 1);
}

static void
environment(void)
{
	static char own[] = "OWN=1";
	extern char **environ;
	char *only[] = { (char[]){ "A=1" }, NULL }, buf[8];

	CHECK_EQ(setenv("STD_TEST", "one", 1), 0);
	CHECK_STR(getenv("STD_TEST"), "one");
	CHECK_EQ(setenv("STD_TEST", "two", 0), 0);
	CHECK_STR(getenv("STD_TEST"), "one");
	for (int i = 0; i < 300; i++) {
		snprintf(buf, sizeof(buf), "%d", i);
		CHECK_EQ(setenv("STD_TEST", buf, 1), 0);
	}
	CHECK_STR(getenv("STD_TEST"), "299");
	CHECK_EQ(getenv_r("STD_TEST", buf, sizeof(buf)), 0);
	CHECK_STR(buf, "299");
	CHECK_ERRNO(getenv_r("STD_TEST", buf, 2), ERANGE);
	CHECK_EQ(unsetenv("STD_TEST"), 0);
	CHECK(getenv("STD_TEST") == NULL);
	CHECK_EQ(putenv(own), 0);
	own[4] = '2';
	CHECK_STR(getenv("OWN"), "2");
	CHECK_ERRNO(setenv("", "x", 1), EINVAL);
	CHECK_ERRNO(setenv("a=b", "x", 1), EINVAL);
	environ = only;
	CHECK_STR(getenv("A"), "1");
	CHECK(getenv("OWN") == NULL);
	CHECK_EQ(setenv("B", "2", 1), 0);
	CHECK_STR(getenv("A"), "1");
	CHECK_STR(getenv("B"), "2");
}

static void
generators(void)
{
	static char state[128];
	unsigned short x[3] = { 1, 2, 3 };
	unsigned seed = 1;
	long first;
	int r;

	srand(5);
	r = rand();
	CHECK(r >= 0);
	srand(5);
	CHECK_EQ(rand(), r);
	CHECK(rand_r(&seed) >= 0);
	srandom(1);
	first = random();
	CHECK(first >= 0 && first <= RANDOM_MAX);
	srandom(1);
	CHECK_EQ(random(), first);
	CHECK(initstate(9, state, sizeof(state)) != NULL);
	first = random();
	CHECK(initstate(9, state, sizeof(state)) != NULL);
	CHECK_EQ(random(), first);
	srand48(1);
	CHECK_EQ(lrand48(), 89400484);
	CHECK_EQ(lrand48(), 976015093);
	CHECK_EQ(nrand48(x), 949179875);
	CHECK(erand48(x) >= 0 && erand48(x) < 1);
	CHECK_EQ(a64l("/."), 1);
	CHECK_STR(l64a(64), "./");
	CHECK_EQ(a64l(l64a(123456789)), 123456789);
}

static int
by_string(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int visited;

static void
visit(const void *node, VISIT order, int depth)
{
	(void)node;
	CHECK(depth < 14);
	if (order == leaf || order == postorder)
		visited++;
}

static void
tables(void)
{
	static char keys[500][8];
	void *root = NULL;
	int list[4] = { 1, 2 }, two = 2, three = 3;
	size_t count = 2;
	ENTRY *e;

	CHECK(lfind(&two, list, &count, sizeof(int), by_value) == list + 1);
	CHECK(lsearch(&three, list, &count, sizeof(int), by_value) == list + 2);
	CHECK_EQ(count, 3);
	CHECK_EQ(hcreate(10), 1);
	for (int i = 0; i < 500; i++) {
		snprintf(keys[i], sizeof(keys[i]), "k%d", i);
		CHECK(hsearch((ENTRY){ keys[i], keys[i] + 1 }, ENTER) != NULL);
		CHECK(tsearch(keys[i], &root, by_string) != NULL);
	}
	e = hsearch((ENTRY){ (char[]){ "k321" }, NULL }, FIND);
	CHECK(e != NULL && e->data == keys[321] + 1);
	CHECK(hsearch((ENTRY){ (char[]){ "none" }, NULL }, FIND) == NULL);
	hdestroy();
	CHECK(*(char **)tfind("k77", &root, by_string) == keys[77]);
	twalk(root, visit);
	CHECK_EQ(visited, 500);
	for (int i = 0; i < 500; i++)
		CHECK(tdelete(keys[i * 7 % 500], &root, by_string) != NULL);
	CHECK(root == NULL);
	CHECK(tfind("k1", &root, by_string) == NULL);
}

static void
human_numbers(void)
{
	char buf[8];
	int64_t value;

	CHECK_EQ(humanize_number(buf, 5, 10240, "", HN_AUTOSCALE, HN_NOSPACE), 3);
	CHECK_STR(buf, "10K");
	humanize_number(buf, 5, 1536, "", HN_AUTOSCALE, HN_DECIMAL | HN_NOSPACE | HN_B);
	CHECK_STR(buf, "1.5K");
	humanize_number(buf, 5, 1610612736, "", HN_AUTOSCALE, HN_DECIMAL | HN_NOSPACE);
	CHECK_STR(buf, "1.5G");
	CHECK_EQ(dehumanize_number("10M", &value), 0);
	CHECK_EQ(value, 10485760);
	CHECK_ERRNO(dehumanize_number("1x", &value), EINVAL);
}

static void
formatting_helpers(void)
{
	char buf[64], complaint[64];
	const unsigned char *strings[] = { (const unsigned char *)"b", (const unsigned char *)"ab",
	    (const unsigned char *)"a" };
	int len;
	long block;

	CHECK_EQ(shquote("plain", buf, sizeof(buf)), 5);
	CHECK_EQ(shquote("it's", buf, sizeof(buf)), 9);
	CHECK_STR(buf, "'it'\\''s'");
	CHECK_EQ(strsuftollx("size", "2k", 0, 10000, complaint, sizeof(complaint)), 2048);
	CHECK_EQ(strsuftollx("size", "2x3x4", 0, 100, complaint, sizeof(complaint)), 24);
	CHECK_EQ(strsuftollx("size", "5q", 0, 100, complaint, sizeof(complaint)), 0);
	CHECK_STR(complaint, "size `5q': illegal number");
	CHECK_EQ(setenv("BLOCKSIZE", "4k", 1), 0);
	CHECK_STR(getbsize(&len, &block), "4K-blocks");
	CHECK_EQ(block, 4096);
	CHECK_EQ(len, 9);
	CHECK_EQ(radixsort(strings, 3, NULL, 0), 0);
	CHECK_STR((const char *)strings[0], "a");
	CHECK_STR((const char *)strings[2], "b");
	CHECK_EQ(snprintb(buf, sizeof(buf), "\20\1READ\2WRITE\3EXEC", 5), 14);
	CHECK_STR(buf, "0x5<READ,EXEC>");
	snprintb(buf, sizeof(buf), "\177\020b\0LOW\0f\4\4FIELD\0=\1ONE\0=\2TWO\0\0", 0x21);
	CHECK_STR(buf, "0x21<LOW,FIELD=0x2=TWO>");
}

int
main(void)
{
	sorting();
	numbers();
	environment();
	generators();
	tables();
	human_numbers();
	formatting_helpers();
	return 0;
}
