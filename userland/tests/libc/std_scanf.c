/* scanf(3). */
#include <math.h>
#include <wchar.h>

#include "../check.h"

static void
integers(void)
{
	int a, b, c;
	unsigned u;
	long l;
	signed char small;
	short s;
	void *p;

	CHECK_EQ(sscanf("12 -34 +5", "%d %d %d", &a, &b, &c), 3);
	CHECK_EQ(a, 12);
	CHECK_EQ(b, -34);
	CHECK_EQ(c, 5);
	CHECK_EQ(sscanf("0x1f 017 99", "%i %i %i", &a, &b, &c), 3);
	CHECK_EQ(a, 31);
	CHECK_EQ(b, 15);
	CHECK_EQ(c, 99);
	CHECK_EQ(sscanf("ff 777", "%x %o", &u, (unsigned *)&a), 2);
	CHECK_EQ(u, 255);
	CHECK_EQ(a, 511);
	CHECK_EQ(sscanf("12345", "%2d%3d", &a, &b), 2);
	CHECK_EQ(a, 12);
	CHECK_EQ(b, 345);
	CHECK_EQ(sscanf("-129 70000 -9223372036854775808", "%hhd %hd %ld", &small, &s, &l), 3);
	CHECK_EQ(small, 127);
	CHECK_EQ(s, 4464);
	CHECK_EQ(l, -9223372036854775807L - 1);
	CHECK_EQ(sscanf("1,2", "%d,%d", &a, &b), 2);
	CHECK_EQ(sscanf("1;2", "%d,%d", &a, &b), 1);
	CHECK_EQ(sscanf("7 8", "%*d %d", &a), 1);
	CHECK_EQ(a, 8);
	CHECK_EQ(sscanf("0x1234", "%p", &p), 1);
	CHECK(p == (void *)0x1234);
	CHECK_EQ(sscanf("", "%d", &a), EOF);
	CHECK_EQ(sscanf("   ", "%d", &a), EOF);
	CHECK_EQ(sscanf("x", "%d", &a), 0);
	CHECK_EQ(sscanf("a", "a%d", &a), EOF);
	CHECK_EQ(sscanf("abc 5xyz", "abc %d%n", &a, &b), 1);
	CHECK_EQ(b, 5);
	CHECK_EQ(sscanf("50%", "%d%%%n", &a, &b), 1);
	CHECK_EQ(b, 3);
	CHECK_EQ(sscanf("1 2", "%2$d %1$d", &a, &b), 2);
	CHECK_EQ(a, 2);
	CHECK_EQ(b, 1);
}

static void
floating(void)
{
	float f;
	double d;
	long double ld;

	CHECK_EQ(sscanf("1.5 -2e3 0x1.8p1", "%f %lf %Lf", &f, &d, &ld), 3);
	CHECK(f == 1.5f);
	CHECK(d == -2000);
	CHECK(ld == 3);
	CHECK_EQ(sscanf("inf nan", "%lf %f", &d, &f), 2);
	CHECK(isinf(d));
	CHECK(isnan(f));
	CHECK_EQ(sscanf("12.5e", "%lf", &d), 0);
	CHECK_EQ(sscanf("1.25", "%3lf", &d), 1);
	CHECK(d == 1.2);
	CHECK_EQ(sscanf("0.1", "%lf", &d), 1);
	CHECK(d == 0.1);
}

static void
strings(void)
{
	char a[32], b[32], *made;
	wchar_t w[16];

	CHECK_EQ(sscanf("  hello world", "%s%s", a, b), 2);
	CHECK_STR(a, "hello");
	CHECK_STR(b, "world");
	CHECK_EQ(sscanf("hello", "%3s%s", a, b), 2);
	CHECK_STR(a, "hel");
	CHECK_STR(b, "lo");
	CHECK_EQ(sscanf("key=some value\nmore", "%[^=]=%[^\n]", a, b), 2);
	CHECK_STR(a, "key");
	CHECK_STR(b, "some value");
	CHECK_EQ(sscanf("]-a", "%[]-]", a), 1);
	CHECK_STR(a, "]-");
	CHECK_EQ(sscanf("a1b2!", "%[a-z0-9]", a), 1);
	CHECK_STR(a, "a1b2");
	memset(a, 0, sizeof(a));
	CHECK_EQ(sscanf(" xyz", "%c%2c", a, b), 2);
	CHECK_EQ(a[0], ' ');
	CHECK(memcmp(b, "xy", 2) == 0);
	CHECK_EQ(sscanf("allocated text", "%ms", &made), 1);
	CHECK_STR(made, "allocated");
	free(made);
	CHECK_EQ(sscanf("gr\303\274n", "%ls", w), 1);
	CHECK(wcscmp(w, L"gr\u00fcn") == 0);
}

int
main(void)
{
	integers();
	floating();
	strings();
	return 0;
}
