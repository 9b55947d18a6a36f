/* strtod(3) and its like: correct rounding, every form of number, the limits. */
#include <math.h>
#include <stdint.h>
#include <wchar.h>

#include "../check.h"

static uint64_t
bits(double d)
{
	uint64_t u;

	memcpy(&u, &d, sizeof(u));
	return u;
}

static uint32_t
float_bits(float f)
{
	uint32_t u;

	memcpy(&u, &f, sizeof(u));
	return u;
}

static const struct {
	const char *text;
	uint64_t bits;
	int error;
	const char *rest;
} cases[] = {
	{ "0", 0, 0, "" },
	{ "-0.0", 0x8000000000000000, 0, "" },
	{ "1", 0x3ff0000000000000, 0, "" },
	{ " \t+1.5e1x", 0x402e000000000000, 0, "x" },
	{ "0.1", 0x3fb999999999999a, 0, "" },
	{ "123456789012345678901234567890", 0x45f8ee90ff6c373e, 0, "" },
	{ "9007199254740993", 0x4340000000000000, 0, "" },
	{ "9007199254740993.00000000000000000000000000000000000001", 0x4340000000000001, 0, "" },
	{ "1.7976931348623158e308", 0x7fefffffffffffff, 0, "" },
	{ "1.7976931348623159e308", 0x7ff0000000000000, ERANGE, "" },
	{ "2.2250738585072011e-308", 0x000fffffffffffff, ERANGE, "" },
	{ "4.9e-324", 1, ERANGE, "" },
	{ "2.4703282292062327e-324", 0, ERANGE, "" },
	{ "2.4703282292062328e-324", 1, ERANGE, "" },
	{ "1e-400", 0, ERANGE, "" },
	{ "1e999999999999", 0x7ff0000000000000, ERANGE, "" },
	{ "0e999999999999", 0, 0, "" },
	{ "0x1.8p1", 0x4008000000000000, 0, "" },
	{ "0x1p-1074", 1, 0, "" },
	{ "0x1p-1075", 0, ERANGE, "" },
	{ "0x1.fffffffffffff8p0", 0x4000000000000000, 0, "" },
	{ "0x", 0, 0, "x" },
	{ "0x.p1", 0, 0, "x.p1" },
	{ "inf", 0x7ff0000000000000, 0, "" },
	{ "-INFINITYx", 0xfff0000000000000, 0, "x" },
	{ "infinit", 0x7ff0000000000000, 0, "init" },
	{ "nan", 0x7ff8000000000000, 0, "" },
	{ "NaN(12)z", 0x7ff800000000000c, 0, "z" },
	{ "nan(", 0x7ff8000000000000, 0, "(" },
	{ "1e", 0x3ff0000000000000, 0, "e" },
	{ "1e+", 0x3ff0000000000000, 0, "e+" },
	{ ".5.", 0x3fe0000000000000, 0, "." },
	{ "5.", 0x4014000000000000, 0, "" },
	{ ".", 0, 0, "." },
	{ "-", 0, 0, "-" },
	{ "abc", 0, 0, "abc" },
};

static void
long_text(void)
{
	static char text[2100];

	memset(text, '0', 2000);
	text[0] = '1';
	strcpy(text + 2000, "e-1999");
	CHECK(strtod(text, NULL) == 1);
	memset(text, '0', 2000);
	text[1] = '.';
	strcpy(text + 1999, "1e1998");
	CHECK(strtod(text, NULL) == 1);
}

int
main(void)
{
	char *end;
	wchar_t *wide_end;
	const wchar_t *wide = L" 2.5z";

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		errno = 0;
		CHECK_EQ(bits(strtod(cases[i].text, &end)), cases[i].bits);
		CHECK_EQ(errno, cases[i].error);
		CHECK_STR(end, cases[i].rest);
	}
	long_text();
	CHECK_EQ(float_bits(strtof("0.1", NULL)), 0x3dcccccd);
	/* Rounded once: by way of a double this would become 0x3f800000. */
	CHECK_EQ(float_bits(strtof("1.000000059604644775390626", NULL)), 0x3f800001);
	CHECK_EQ(float_bits(strtof("1e39", NULL)), 0x7f800000);
	CHECK_EQ(float_bits(strtof("1e-45", NULL)), 1);
	CHECK(strtold("0.1", NULL) == 0.1L);
	CHECK(strtold("1.18973149535723176508575932662800702e4932", NULL) == 0x1.ffffffffffffffffffffffffffffp16383L);
	CHECK(strtold("6.475175119438025110924438958227646552e-4966", NULL) == 0x1p-16494L);
	CHECK(isinf(strtold("1e5000", NULL)));
	CHECK(atof("2.75kg") == 2.75);
	CHECK(wcstod(wide, &wide_end) == 2.5);
	CHECK(wide_end == wide + 4);
	return 0;
}
