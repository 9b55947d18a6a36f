#include <limits.h>
#include <locale.h>

static char empty[] = "";
static char point[] = ".";

static struct lconv c_conventions = {
	.decimal_point = point,
	.thousands_sep = empty,
	.grouping = empty,
	.int_curr_symbol = empty,
	.currency_symbol = empty,
	.mon_decimal_point = empty,
	.mon_thousands_sep = empty,
	.mon_grouping = empty,
	.positive_sign = empty,
	.negative_sign = empty,
	/* CHAR_MAX says that the C locale has no such convention. */
	.int_frac_digits = CHAR_MAX,
	.frac_digits = CHAR_MAX,
	.p_cs_precedes = CHAR_MAX,
	.p_sep_by_space = CHAR_MAX,
	.n_cs_precedes = CHAR_MAX,
	.n_sep_by_space = CHAR_MAX,
	.p_sign_posn = CHAR_MAX,
	.n_sign_posn = CHAR_MAX,
	.int_p_cs_precedes = CHAR_MAX,
	.int_n_cs_precedes = CHAR_MAX,
	.int_p_sep_by_space = CHAR_MAX,
	.int_n_sep_by_space = CHAR_MAX,
	.int_p_sign_posn = CHAR_MAX,
	.int_n_sign_posn = CHAR_MAX,
};

struct lconv *
localeconv(void)
{
	return &c_conventions;
}

struct lconv *
localeconv_l(locale_t locale)
{
	(void)locale;
	return &c_conventions;
}
