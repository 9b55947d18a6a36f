#include <string.h>

#include <stdbool.h>
#include <stdint.h>

/* Length of the prefix of s whose bytes' membership in set equals `member`. */
static size_t
span(const char *s, const char *set, bool member)
{
	uint64_t bits[4] = { 0, 0, 0, 0 };
	const unsigned char *p;

	for (p = (const unsigned char *)set; *p != '\0'; p++)
		bits[*p / 64] |= 1ULL << *p % 64;
	for (p = (const unsigned char *)s; *p != '\0'; p++)
		if ((bits[*p / 64] >> *p % 64 & 1) != member)
			break;
	return (size_t)((const char *)p - s);
}

size_t
strspn(const char *s, const char *set)
{
	return span(s, set, true);
}

size_t
strcspn(const char *s, const char *set)
{
	return span(s, set, false);
}

char *
strpbrk(const char *s, const char *set)
{
	s += span(s, set, false);
	return *s == '\0' ? NULL : (char *)(uintptr_t)s;
}
