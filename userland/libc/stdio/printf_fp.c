#include <limits.h>

#include "fp_digits.h"
#include "printf.h"

/* A conversion in progress: the format's wishes, the sign, the exponent's letter. */
struct fp_format {
	const struct spec *spec;
	char sign[1];
	size_t sign_len;
	bool upper;
};

static void
put_special(struct out *out, const struct fp_format *f, const char *text)
{
	struct spec spec = *f->spec;

	spec.flags &= ~ZERO;
	__printf_number(out, &spec, f->sign, f->sign_len, 0, text, 3);
}

/* The width less what the number will take, saturating at none. */
static int
padding_for(const struct fp_format *f, size_t body)
{
	size_t len = body + f->sign_len;

	return (size_t)f->spec->width > len ? f->spec->width - (int)len : 0;
}

static void
put_before(struct out *out, const struct fp_format *f, int padding)
{
	if (!(f->spec->flags & (LEFT | ZERO)))
		__printf_pad(out, ' ', padding);
	__printf_put(out, f->sign, f->sign_len);
	if ((f->spec->flags & (LEFT | ZERO)) == ZERO)
		__printf_pad(out, '0', padding);
}

static void
put_after(struct out *out, const struct fp_format *f, int padding)
{
	if (f->spec->flags & LEFT)
		__printf_pad(out, ' ', padding);
}

/* Digits from `from` on, `n` of them, zeros where the expansion has ended. */
static void
put_digits(struct out *out, const struct fp_decimal *d, int from, int n)
{
	int have = from < d->count ? d->count - from : 0;

	if (have > n)
		have = n;
	if (have > 0)
		__printf_put(out, d->digits + from, (size_t)have);
	__printf_pad(out, '0', n - have);
}

static void
put_fixed(struct out *out, const struct fp_format *f, const struct fp_decimal *d, int precision)
{
	int whole = d->count > 0 && d->point > 0 ? d->point : 0;
	bool dot = precision > 0 || f->spec->flags & ALTERNATE;
	int padding = padding_for(f, (size_t)(whole > 0 ? whole : 1) + dot + (size_t)precision);

	put_before(out, f, padding);
	if (whole > 0)
		put_digits(out, d, 0, whole);
	else
		__printf_put(out, "0", 1);
	if (dot)
		__printf_put(out, ".", 1);
	if (d->count == 0)
		__printf_pad(out, '0', precision);
	else if (d->point >= 0)
		put_digits(out, d, whole, precision);
	else {
		int zeros = -d->point < precision ? -d->point : precision;

		__printf_pad(out, '0', zeros);
		put_digits(out, d, 0, precision - zeros);
	}
	put_after(out, f, padding);
}

/* "e+05"; at least `least` digits.  Returns the length. */
static size_t
exponent_text(char *text, char letter, int exponent, int least)
{
	char digits[8];
	int n = 0;
	size_t len = 0;
	unsigned value = exponent < 0 ? (unsigned)-exponent : (unsigned)exponent;

	text[len++] = letter;
	text[len++] = exponent < 0 ? '-' : '+';
	do
		digits[n++] = (char)('0' + value % 10);
	while ((value /= 10) != 0 || n < least);
	while (n > 0)
		text[len++] = digits[--n];
	return len;
}

static void
put_scientific(struct out *out, const struct fp_format *f, const struct fp_decimal *d, int precision)
{
	char tail[12];
	size_t tail_len = exponent_text(tail, f->upper ? 'E' : 'e', d->count > 0 ? d->point - 1 : 0, 2);
	bool dot = precision > 0 || f->spec->flags & ALTERNATE;
	int padding = padding_for(f, 1 + dot + (size_t)precision + tail_len);

	put_before(out, f, padding);
	put_digits(out, d, 0, 1);
	if (dot)
		__printf_put(out, ".", 1);
	put_digits(out, d, 1, precision);
	__printf_put(out, tail, tail_len);
	put_after(out, f, padding);
}

/* %g: whichever form is shorter, and no trailing zeros unless asked for. */
static void
put_general(struct out *out, const struct fp_format *f, struct fp_decimal *d, int precision)
{
	int exponent = d->count > 0 ? d->point - 1 : 0;

	if (!(f->spec->flags & ALTERNATE)) {
		while (d->count > 0 && d->digits[d->count - 1] == '0')
			d->count--;
		if (precision > d->count)
			precision = d->count > 0 ? d->count : 1;
		if (exponent >= -4 && exponent < (f->spec->precision < 0 ? 6 :
		    f->spec->precision == 0 ? 1 : f->spec->precision)) {
			put_fixed(out, f, d, precision > exponent + 1 ? precision - 1 - exponent : 0);
			return;
		}
	} else if (exponent >= -4 && exponent < precision) {
		put_fixed(out, f, d, precision - 1 - exponent);
		return;
	}
	put_scientific(out, f, d, precision - 1);
}

/*
 * %a: one digit before the point, `fraction_bits` after it; the mantissa is
 * normalised so that the digit is 1.
 */
static void
put_hexadecimal(struct out *out, struct fp_format *f, struct fp_number x, int fraction_bits)
{
	const char *hex = f->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	int digits = fraction_bits / 4, precision = f->spec->precision, padding, n = 0;
	char text[32], tail[12];
	size_t tail_len;
	bool dot;

	while (x.mantissa != 0 && x.mantissa >> fraction_bits == 0) {
		x.mantissa <<= 1;
		x.exponent--;
	}
	if (precision >= 0 && precision < digits) {
		int drop = 4 * (digits - precision);
		uint128 unit = (uint128)1 << drop, rest = x.mantissa & (unit - 1);

		x.mantissa -= rest;
		if (rest > unit / 2 || (rest == unit / 2 && (x.mantissa & unit) != 0))
			x.mantissa += unit;
		if (x.mantissa >> fraction_bits == 2) {
			x.mantissa >>= 1;
			x.exponent++;
		}
	}
	text[n++] = hex[(unsigned)(x.mantissa >> fraction_bits)];
	for (int shift = fraction_bits - 4; shift >= 0; shift -= 4)
		text[n++] = hex[(unsigned)(x.mantissa >> shift) & 15];
	if (precision < 0) {
		while (n > 1 && text[n - 1] == '0')
			n--;
		precision = n - 1;
	} else if (n > precision + 1)
		n = precision + 1;
	dot = precision > 0 || f->spec->flags & ALTERNATE;
	tail_len = exponent_text(tail, f->upper ? 'P' : 'p',
	    x.mantissa != 0 ? x.exponent + fraction_bits : 0, 1);
	padding = padding_for(f, 2 + 1 + dot + (size_t)precision + tail_len);
	if (!(f->spec->flags & (LEFT | ZERO)))
		__printf_pad(out, ' ', padding);
	__printf_put(out, f->sign, f->sign_len);
	__printf_put(out, f->upper ? "0X" : "0x", 2);
	if ((f->spec->flags & (LEFT | ZERO)) == ZERO)
		__printf_pad(out, '0', padding);
	__printf_put(out, text, 1);
	if (dot)
		__printf_put(out, ".", 1);
	__printf_put(out, text + 1, (size_t)(n - 1));
	__printf_pad(out, '0', precision - (n - 1));
	__printf_put(out, tail, tail_len);
	put_after(out, f, padding);
}

static void
put_number(struct out *out, const struct spec *spec, const struct fp_number *x, int fraction_bits,
    struct fp_work *work)
{
	struct fp_format f = { .spec = spec, .upper = spec->conversion < 'a' };
	int precision = spec->precision < 0 ? 6 : spec->precision;
	struct fp_decimal d;

	if (x->negative)
		f.sign[f.sign_len++] = '-';
	else if (spec->flags & PLUS)
		f.sign[f.sign_len++] = '+';
	else if (spec->flags & SPACE)
		f.sign[f.sign_len++] = ' ';
	if (x->class != FP_IS_NUMBER) {
		if (x->class == FP_IS_NAN)
			put_special(out, &f, f.upper ? "NAN" : "nan");
		else
			put_special(out, &f, f.upper ? "INF" : "inf");
		return;
	}
	switch (spec->conversion | 0x20) {
	case 'a':
		put_hexadecimal(out, &f, *x, fraction_bits);
		break;
	case 'f':
		d = __fp_decimal(x, true, precision, work);
		put_fixed(out, &f, &d, precision);
		break;
	case 'e':
		d = __fp_decimal(x, false, precision < INT_MAX ? precision + 1 : precision, work);
		put_scientific(out, &f, &d, precision);
		break;
	default:
		if (precision == 0)
			precision = 1;
		d = __fp_decimal(x, false, precision, work);
		put_general(out, &f, &d, precision);
		break;
	}
}

void
__printf_double(struct out *out, const struct spec *spec, double value)
{
	uint32_t limbs[DOUBLE_LIMBS], chunks[DOUBLE_LIMBS];
	char digits[DOUBLE_DIGITS];
	struct fp_work work = { digits, limbs, chunks };
	struct fp_number x = { .class = FP_IS_NUMBER };
	uint64_t bits;
	int biased;

	memcpy(&bits, &value, sizeof(bits));
	biased = (int)(bits >> 52) & 0x7ff;
	x.negative = bits >> 63;
	bits &= (1ULL << 52) - 1;
	if (biased == 0x7ff)
		x.class = bits != 0 ? FP_IS_NAN : FP_IS_INFINITE;
	x.mantissa = biased != 0 ? bits | 1ULL << 52 : bits;
	x.exponent = (biased != 0 ? biased : 1) - 1075;
	put_number(out, spec, &x, 52, &work);
}

/* Kept out of the double path: its arrays would cost every caller the stack. */
__attribute__((__noinline__)) void
__printf_long_double(struct out *out, const struct spec *spec, long double value)
{
	uint32_t limbs[QUAD_LIMBS], chunks[QUAD_LIMBS];
	char digits[QUAD_DIGITS];
	struct fp_work work = { digits, limbs, chunks };
	struct fp_number x = { .class = FP_IS_NUMBER };
	uint128 bits, fraction = ((uint128)1 << 112) - 1;
	int biased;

	memcpy(&bits, &value, sizeof(bits));
	biased = (int)(bits >> 112) & 0x7fff;
	x.negative = bits >> 127;
	bits &= fraction;
	if (biased == 0x7fff)
		x.class = bits != 0 ? FP_IS_NAN : FP_IS_INFINITE;
	x.mantissa = biased != 0 ? bits | (uint128)1 << 112 : bits;
	x.exponent = (biased != 0 ? biased : 1) - 16495;
	put_number(out, spec, &x, 112, &work);
}
