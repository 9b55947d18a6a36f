/* printf(3): each conversion with its flags, exact floating point, wide and positional arguments. */
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <wchar.h>

#include "../check.h"

static char out[8192];

static void __attribute__((__format__(__printf__, 2, 3)))
expect(const char *expected, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(out, sizeof(out), format, ap);
	va_end(ap);
	CHECK_STR(out, expected);
	CHECK_EQ(n, strlen(expected));
}

static void
integers(void)
{
	expect("0", "%d", 0);
	expect("-2147483648", "%d", INT_MIN);
	expect("4294967295", "%u", UINT_MAX);
	expect("-9223372036854775808", "%ld", LONG_MIN);
	expect("18446744073709551615", "%llu", ULLONG_MAX);
	expect("-1 65535 255", "%hhd %hu %hhu", 0xff, 0x1ffff, 0x3ff);
	expect("ff FF 0xff 0XFF 377 0377", "%x %X %#x %#X %o %#o", 255, 255, 255, 255, 255, 255);
	expect("0 0", "%#x %#o", 0, 0);
	expect("00010", "%#05o", 8);
	expect("   42|42   |00042|+42| 42", "%5d|%-5d|%05d|%+d|% d", 42, 42, 42, 42, 42);
	expect("  0042|", "%6.4d|", 42);
	expect("|", "%.0d|", 0);
	expect("   7|7   |0003", "%*d|%-*d|%.*d", 4, 7, 4, 7, 4, 3);
	expect("7   |", "%*d|", -4, 7);
	expect("12 34 56 78", "%jd %zu %td %qd", (intmax_t)12, (size_t)34, (ptrdiff_t)56, 78LL);
	expect("0x0 0x1234", "%p %p", (void *)0, (void *)0x1234);
}

static void
text(void)
{
	int count = 0;
	long wide_count = 0;

	expect("abc|  abc|abc  |ab|", "%s|%5s|%-5s|%.2s|", "abc", "abc", "abc", "abc");
	expect("x|  x|x  |%", "%c|%3c|%-3c|%%", 'x', 'x', 'x');
	expect("(null)", "%s", (char *)NULL);
	expect("gr\303\274n|\342\202\254|", "%ls|%lc|", L"gr\u00fcn", (wint_t)0x20ac);
	expect("gr|gr\303\274|", "%.3ls|%.4ls|", L"gr\u00fcn", L"gr\u00fcn");
	expect("abc12", "abc%n%d%ln", &count, 12, &wide_count);
	CHECK_EQ(count, 3);
	CHECK_EQ(wide_count, 5);
	expect("b a 3", "%2$s %1$s %3$d", "a", "b", 3);
	expect("   5|00005", "%2$*1$d|%2$.5d", 4, 5);
}

static void
floating(void)
{
	expect("3.140000 3.14 3 3.", "%f %.2f %.0f %#.0f", 3.14, 3.14, 3.14, 3.14);
	expect("0 2 2 4", "%.0f %.0f %.0f %.0f", 0.5, 1.5, 2.5, 3.5);
	expect("1.000000e+00 1.235e+100 9.99e-05 1e+01", "%e %.3e %.2e %.0e", 1.0, 1.2346e100, 9.994e-5, 9.5);
	expect("100000 1e+06 0.0001 1e-05 1.5 0", "%g %g %g %g %g %g", 1e5, 1e6, 1e-4, 1e-5, 1.5, 0.0);
	expect("1.50000 1.00000e+06", "%#g %#g", 1.5, 1e6);
	expect("0.1000000000000000055511151231257827021181583404541015625", "%.55f", 0.1);
	expect("4.940656458412465441765687928682213723651e-324", "%.39e", 4.9406564584124654e-324);
	expect("0x1p+0 0x1.8p+1 -0x1.999999999999ap-4 0x0p+0 0X1.FP+3", "%a %a %a %a %A", 1.0, 3.0, -0.1, 0.0, 15.5);
	expect("0x1.ap+0 0x1p-1074", "%.1a %a", 1.6, 4.9406564584124654e-324);
	expect("inf -inf nan INF", "%f %e %g %F", INFINITY, -INFINITY, NAN, INFINITY);
	expect("   inf| -0.000000|+1.0", "%06f|%10f|%+.1f", INFINITY, -0.0, 1.0);
	expect("0003.5|3.5   |", "%06.1f|%-6.1f|", 3.5, 3.5);
	snprintf(out, sizeof(out), "%.1000f", 0x1p-1000);
	CHECK_EQ(strlen(out), 1002);
	CHECK(strncmp(out + 302, "09332636185032188789900895447238", 32) == 0);
	CHECK_STR(out + 994, "50390625");
	snprintf(out, sizeof(out), "%.0f", 1.7976931348623157e308);
	CHECK_EQ(strlen(out), 309);
	CHECK(strncmp(out, "17976931348623157081452742373170435679", 38) == 0);
	expect("0.3333333333333333333333333333333333172839", "%.40Lf", 1.0L / 3);
	expect("1.18973149535723176508575932662800702e+4932", "%.35Le", 1.18973149535723176508575932662800702e4932L);
	expect("0x1.5555555555555555555555555555p-2", "%La", 1.0L / 3);
}

static void
destinations(void)
{
	char small[4], *made;

	CHECK_EQ(snprintf(small, sizeof(small), "%s", "abcdef"), 6);
	CHECK_STR(small, "abc");
	CHECK_EQ(snprintf(NULL, 0, "%d", 12345), 5);
	CHECK_EQ(sprintf(out, "%s-%d", "x", 1), 3);
	CHECK_EQ(asprintf(&made, "%0*d", 1000, 7), 1000);
	CHECK_EQ(strlen(made), 1000);
	CHECK_EQ(made[999], '7');
	free(made);
	errno = 0;
	CHECK_EQ(snprintf(NULL, 0, "%2147483647d%d", 1, 1), -1);
	CHECK_EQ(errno, EOVERFLOW);
	CHECK_STR(fmtcheck("%d %s", "%d %s"), "%d %s");
	CHECK_STR(fmtcheck("%s", "%d"), "%d");
}

int
main(void)
{
	integers();
	text();
	floating();
	destinations();
	return 0;
}
