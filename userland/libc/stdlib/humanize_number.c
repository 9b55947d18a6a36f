#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char prefixes[] = " KMGTPE";

/*
 * The value in units of divisor^scale, as text.  Numbers below ten get one
 * decimal when the caller wants it and there is something to show.
 */
static int
print_scaled(char *buf, size_t size, int64_t value, int scale, int divisor, const char *suffix, int flags)
{
	const char *sign = value < 0 ? "-" : "";
	uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value, whole, unit = 1;
	const char *space = flags & HN_NOSPACE ? "" : " ";
	char prefix[2] = { 0, 0 };

	for (int i = 0; i < scale; i++)
		unit *= (unsigned)divisor;
	if (scale > 0)
		prefix[0] = prefixes[scale] == 'K' && flags & HN_DIVISOR_1000 ? 'k' : prefixes[scale];
	else if (flags & HN_B)
		prefix[0] = 'B';
	if (prefix[0] == '\0' && *suffix == '\0')
		space = "";
	whole = v / unit;
	if (flags & HN_DECIMAL && scale > 0) {
		/* Rounded to tenths; 9.95 and above no longer has room for them. */
		uint64_t rest = v % unit, tenths = whole * 10 + (rest * 10 + unit / 2) / unit;

		if (tenths < 100)
			return snprintf(buf, size, "%s%" PRIu64 ".%" PRIu64 "%s%s%s", sign, tenths / 10,
			    tenths % 10, space, prefix, suffix);
	}
	if (v % unit >= unit - unit / 2 && unit > 1)
		whole++;
	return snprintf(buf, size, "%s%" PRIu64 "%s%s%s", sign, whole, space, prefix, suffix);
}

int
humanize_number(char *buf, size_t size, int64_t value, const char *suffix, int scale, int flags)
{
	int divisor = flags & HN_DIVISOR_1000 ? 1000 : 1024, most = (int)sizeof(prefixes) - 2, chosen = 0;

	if (buf == NULL || suffix == NULL || scale < 0 ||
	    (scale > most && !(scale & (HN_AUTOSCALE | HN_GETSCALE)))) {
		errno = EINVAL;
		return -1;
	}
	if (size > 0)
		buf[0] = '\0';
	if (!(scale & (HN_AUTOSCALE | HN_GETSCALE)))
		return print_scaled(buf, size, value, scale, divisor, suffix, flags);
	/* The smallest scale whose text fits, without a decimal that made it not fit. */
	for (; chosen < most; chosen++) {
		char trial[64];
		int n = print_scaled(trial, sizeof(trial), value, chosen, divisor, suffix, flags & ~HN_DECIMAL);

		if (n >= 0 && (size_t)n < size)
			break;
	}
	if (scale & HN_GETSCALE)
		return chosen;
	if (flags & HN_DECIMAL) {
		char trial[64];
		int n = print_scaled(trial, sizeof(trial), value, chosen, divisor, suffix, flags);

		if (n < 0 || (size_t)n >= size)
			flags &= ~HN_DECIMAL;
	}
	return print_scaled(buf, size, value, chosen, divisor, suffix, flags);
}

/* "10M" to a number; prefixes are powers of 1024. */
int
dehumanize_number(const char *s, int64_t *value)
{
	const char *prefix;
	char *end;
	int64_t v;
	int saved = errno;

	errno = 0;
	v = strtoimax(s, &end, 10);
	if (errno != 0)
		return -1;
	errno = saved;
	if (end == s) {
		errno = EINVAL;
		return -1;
	}
	if (*end != '\0' && (*end | 0x20) != 'b') {
		char upper = (char)(*end >= 'a' && *end <= 'z' ? *end - ('a' - 'A') : *end);

		prefix = strchr(prefixes + 1, upper);
		if (prefix == NULL) {
			errno = EINVAL;
			return -1;
		}
		for (; prefix > prefixes; prefix--)
			if (__builtin_mul_overflow(v, 1024, &v)) {
				errno = ERANGE;
				return -1;
			}
	}
	*value = v;
	return 0;
}
