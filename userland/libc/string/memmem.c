#include <string.h>

#include <stdint.h>

/*
 * Two-way string matching (Crochemore and Perrin, 1991): linear time, constant
 * space beyond a byte-indexed shift table.  The needle is cut at a critical
 * factorisation; the right part is compared forwards, the left backwards.
 */

/*
 * Position before the maximal suffix of needle under the byte order (or the
 * reversed one), and that suffix's period.
 */
static size_t
maximal_suffix(const unsigned char *needle, size_t len, int reversed, size_t *period)
{
	size_t start = SIZE_MAX, scan = 0, k = 1, p = 1;

	while (scan + k < len) {
		unsigned char a = needle[scan + k], b = needle[start + k];

		if (a == b) {
			if (k == p) {
				scan += p;
				k = 1;
			} else
				k++;
		} else if ((a > b) == reversed) {
			/* a sorts lower: the candidate holds, its period grows */
			scan += k;
			k = 1;
			p = scan - start;
		} else {
			start = scan++;
			k = p = 1;
		}
	}
	*period = p;
	return start;
}

static const unsigned char *
two_way(const unsigned char *hay, size_t hay_len, const unsigned char *needle, size_t len)
{
	size_t shift[256], p1, p2, cut, period, memory = 0, kept, pos = 0;
	size_t s1 = maximal_suffix(needle, len, 0, &p1);
	size_t s2 = maximal_suffix(needle, len, 1, &p2);

	/* SIZE_MAX stands for -1, so the comparison is made one higher. */
	if (s1 + 1 >= s2 + 1) {
		cut = s1 + 1;
		period = p1;
	} else {
		cut = s2 + 1;
		period = p2;
	}
	for (size_t i = 0; i < 256; i++)
		shift[i] = len;
	for (size_t i = 0; i < len; i++)
		shift[needle[i]] = len - 1 - i;
	if (memcmp(needle, needle + period, cut) == 0)
		kept = len - period;
	else {
		/* Not periodic: any mismatch on the left allows a long jump,
		   and nothing need be remembered between attempts. */
		kept = 0;
		period = (cut > len - cut ? cut : len - cut) + 1;
	}
	while (pos + len <= hay_len) {
		size_t skip = shift[hay[pos + len - 1]], i;

		if (skip > 0) {
			/* With a remembered prefix a shorter skip than the
			   period cannot match. */
			if (memory > 0 && skip < period)
				skip = len - period;
			pos += skip;
			memory = 0;
			continue;
		}
		i = cut > memory ? cut : memory;
		while (i < len && needle[i] == hay[pos + i])
			i++;
		if (i < len) {
			pos += i - cut + 1;
			memory = 0;
			continue;
		}
		for (i = cut; i > memory && needle[i - 1] == hay[pos + i - 1]; i--)
			continue;
		if (i <= memory)
			return hay + pos;
		pos += period;
		memory = kept;
	}
	return NULL;
}

void *
memmem(const void *hay0, size_t hay_len, const void *needle0, size_t len)
{
	const unsigned char *hay = hay0, *needle = needle0, *p;

	if (len == 0)
		return (void *)(uintptr_t)hay;
	if (len > hay_len)
		return NULL;
	if (len > 32)
		return (void *)(uintptr_t)two_way(hay, hay_len, needle, len);
	/* Short needles: the table costs more than it saves. */
	for (; hay_len >= len; hay_len -= (size_t)(p - hay) + 1, hay = p + 1) {
		p = memchr(hay, *needle, hay_len - len + 1);
		if (p == NULL)
			break;
		if (memcmp(p, needle, len) == 0)
			return (void *)(uintptr_t)p;
	}
	return NULL;
}
