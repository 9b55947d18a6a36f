#include "printf.h"

void
__printf_number(struct out *out, const struct spec *spec, const char *prefix, size_t prefix_len,
    int zeros, const char *digits, size_t len)
{
	int padding = 0;

	/* Subtracted one by one: the sum of the parts may exceed an int. */
	if ((size_t)spec->width > len + prefix_len) {
		padding = spec->width - (int)(len + prefix_len);
		padding = padding > zeros ? padding - zeros : 0;
	}
	if (padding > 0 && !(spec->flags & (LEFT | ZERO)))
		__printf_pad(out, ' ', padding);
	if (prefix_len > 0)
		__printf_put(out, prefix, prefix_len);
	if (padding > 0 && (spec->flags & (LEFT | ZERO)) == ZERO)
		__printf_pad(out, '0', padding);
	if (zeros > 0)
		__printf_pad(out, '0', zeros);
	__printf_put(out, digits, len);
	if (padding > 0 && spec->flags & LEFT)
		__printf_pad(out, ' ', padding);
}

static uint64_t
unsigned_value(const struct spec *spec, union arg arg)
{
	switch (spec->length) {
	case LEN_HH:
		return (unsigned char)arg.i;
	case LEN_H:
		return (unsigned short)arg.i;
	case LEN_NONE:
		return (unsigned)arg.i;
	default:
		return (uint64_t)arg.l;
	}
}

static int64_t
signed_value(const struct spec *spec, union arg arg)
{
	switch (spec->length) {
	case LEN_HH:
		return (signed char)arg.i;
	case LEN_H:
		return (short)arg.i;
	case LEN_NONE:
		return arg.i;
	default:
		return arg.l;
	}
}

/* The digits end at `end`; returns where they start. */
static char *
convert(uint64_t value, char conversion, char *end)
{
	const char *hex = conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";

	switch (conversion) {
	case 'o':
		for (; value != 0; value /= 8)
			*--end = (char)('0' + value % 8);
		break;
	case 'x':
	case 'X':
		for (; value != 0; value /= 16)
			*--end = hex[value % 16];
		break;
	default:
		for (; value > UINT32_MAX; value /= 10)
			*--end = (char)('0' + value % 10);
		/* Narrow division is cheaper where the value allows it. */
		for (uint32_t low = (uint32_t)value; low != 0; low /= 10)
			*--end = (char)('0' + low % 10);
		break;
	}
	return end;
}

void
__printf_integer(struct out *out, const struct spec *given, union arg arg)
{
	struct spec spec = *given;
	char digits[24], *end = digits + sizeof(digits), *start, prefix[2];
	size_t prefix_len = 0;
	uint64_t value;
	int zeros = 0, len;

	if (spec.conversion == 'd' || spec.conversion == 'i') {
		int64_t v = signed_value(&spec, arg);

		value = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
		if (v < 0)
			prefix[prefix_len++] = '-';
		else if (spec.flags & PLUS)
			prefix[prefix_len++] = '+';
		else if (spec.flags & SPACE)
			prefix[prefix_len++] = ' ';
	} else if (spec.conversion == 'p') {
		value = (uint64_t)(uintptr_t)arg.p;
		spec.conversion = 'x';
		spec.flags |= ALTERNATE;
	} else
		value = unsigned_value(&spec, arg);
	start = convert(value, spec.conversion, end);
	len = (int)(end - start);
	if ((spec.flags & ALTERNATE && (spec.conversion | 0x20) == 'x') &&
	    (value != 0 || given->conversion == 'p')) {
		prefix[prefix_len++] = '0';
		prefix[prefix_len++] = spec.conversion;
	}
	if (spec.precision >= 0)
		spec.flags &= ~ZERO;
	else
		spec.precision = 1;
	if (spec.precision > len)
		zeros = spec.precision - len;
	else if (spec.flags & ALTERNATE && spec.conversion == 'o')
		zeros = 1;
	__printf_number(out, &spec, prefix, prefix_len, zeros, start, (size_t)len);
}
