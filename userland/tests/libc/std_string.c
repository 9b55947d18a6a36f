/* <string.h> and <strings.h>: every function, at all alignments where that matters. */
#include <strings.h>
#include <unistd.h>

#include "../check.h"

static void
copies(void)
{
	static unsigned char src[256], dst[256], expected[256];

	for (size_t i = 0; i < sizeof(src); i++)
		src[i] = (unsigned char)(i * 7 + 1);
	for (size_t from = 0; from < 9; from++)
		for (size_t to = 0; to < 9; to++)
			for (size_t len = 0; len < 100; len++) {
				memset(dst, 0xee, sizeof(dst));
				CHECK(memcpy(dst + to, src + from, len) == dst + to);
				for (size_t i = 0; i < sizeof(dst); i++)
					CHECK_EQ(dst[i], i >= to && i < to + len ? src[from + i - to] : 0xee);
				memcpy(dst, src, sizeof(dst));
				for (size_t i = 0; i < sizeof(dst); i++)
					expected[i] = i >= to && i < to + len ? src[from + i - to] : src[i];
				memmove(dst + to, dst + from, len);
				CHECK(memcmp(dst, expected, sizeof(dst)) == 0);
				memset(dst, 0, sizeof(dst));
				memset(dst + to, 0x1a5, len);
				for (size_t i = 0; i < sizeof(dst); i++)
					CHECK_EQ(dst[i], i >= to && i < to + len ? 0xa5 : 0);
			}
	CHECK(mempcpy(dst, "abc", 3) == dst + 3);
	CHECK(memccpy(dst, "abcdef", 'c', 6) == dst + 3);
	CHECK(memccpy(dst, "abcdef", 'z', 6) == NULL);
	bcopy("xyz", dst, 3);
	bzero(dst + 1, 1);
	CHECK(memcmp(dst, "x\0z", 3) == 0);
	explicit_memset(dst, 'q', 2);
	CHECK(memcmp(dst, "qqz", 3) == 0);
}

static void
lengths_and_searches(void)
{
	static char buf[64];

	for (size_t at = 0; at < 9; at++)
		for (size_t len = 0; len < 40; len++) {
			char *s = buf + at;

			memset(buf, 'x', sizeof(buf));
			s[len] = '\0';
			CHECK_EQ(strlen(s), len);
			CHECK_EQ(strnlen(s, len + 3), len);
			CHECK_EQ(strnlen(s, len / 2), len / 2);
			CHECK(strchr(s, '\0') == s + len);
			CHECK(strchrnul(s, 'y') == s + len);
			CHECK(strchr(s, 'y') == NULL);
			CHECK(memchr(s, '\0', 50) == s + len);
			CHECK(memchr(s, '\0', len) == NULL);
			if (len > 0) {
				s[len - 1] = (char)0x80;
				CHECK(strchr(s, 0x80) == s + len - 1);
				CHECK(memchr(s, 0x80, len) == s + len - 1);
				CHECK(memrchr(s, 0x80, len) == s + len - 1);
				CHECK(strrchr(s, 'x') == (len > 1 ? s + len - 2 : NULL));
			}
		}
	CHECK_EQ(strspn("aabbc", "ab"), 4);
	CHECK_EQ(strcspn("aabbc", "c"), 4);
	CHECK_EQ(strcspn("abc", ""), 3);
	CHECK_STR(strpbrk("key=value", "=:"), "=value");
	CHECK(strpbrk("key", "=") == NULL);
	CHECK_STR(strstr("hello world", "o w"), "o world");
	CHECK(strstr("hello", "help") == NULL);
	CHECK_STR(strstr("abc", ""), "abc");
	CHECK_STR(strcasestr("Hello World", "WORLD"), "World");
	CHECK_STR(strnstr("abcabc", "ca", 5), "cabc");
	CHECK(strnstr("abcabc", "ca", 3) == NULL);
	CHECK_STR(index("abc", 'b'), "bc");
	CHECK_STR(rindex("abcb", 'b'), "b");
}

/* Needles longer than 32 bytes take the two-way search; periodic ones are its hard case. */
static void
long_needles(void)
{
	static char hay[600], needle[80];

	for (size_t period = 1; period < 12; period++)
		for (size_t len = 33; len < 60; len += 3) {
			for (size_t i = 0; i < sizeof(hay); i++)
				hay[i] = (char)('a' + i % period);
			for (size_t i = 0; i < len; i++)
				needle[i] = (char)('a' + i % period);
			CHECK(memmem(hay, sizeof(hay), needle, len) == hay);
			hay[20] = 'Z';
			CHECK(memmem(hay, sizeof(hay), needle, len) == hay + (21 + period - 1) / period * period);
			needle[len - 1] = 'Y';
			CHECK(memmem(hay, sizeof(hay), needle, len) == NULL);
			memcpy(hay + 500, needle, len);
			CHECK(memmem(hay, sizeof(hay), needle, len) == hay + 500);
		}
}

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static void
comparisons(void)
{
	CHECK_EQ(strcmp("abc", "abc"), 0);
	CHECK_EQ(sign(strcmp("abc", "abd")), -1);
	CHECK_EQ(sign(strcmp("abc", "ab")), 1);
	CHECK_EQ(sign(strcmp("\x80", "a")), 1);
	CHECK_EQ(sign(strcmp("0123456789abcdef", "0123456789abcdeg")), -1);
	CHECK_EQ(strncmp("abcd", "abxy", 2), 0);
	CHECK_EQ(sign(strncmp("abcd", "abxy", 3)), -1);
	CHECK_EQ(strncmp("a", "b", 0), 0);
	CHECK_EQ(strcasecmp("HeLLo", "hEllO"), 0);
	CHECK_EQ(sign(strcasecmp("a", "B")), -1);
	CHECK_EQ(strncasecmp("ABc", "abD", 2), 0);
	CHECK_EQ(sign(memcmp("a\0b", "a\0c", 3)), -1);
	CHECK_EQ(sign(memcmp("\xff", "\x01", 1)), 1);
	CHECK_EQ(bcmp("ab", "ab", 2), 0);
	CHECK_EQ(strcoll("a", "a"), 0);
	CHECK_EQ(consttime_memequal("abc", "abc", 3), 1);
	CHECK_EQ(consttime_memequal("abc", "abd", 3), 0);
	CHECK_EQ(consttime_memequal("a", "b", 0), 1);
}

static void
building(void)
{
	char buf[32], *copy;

	CHECK_STR(strcpy(buf, "hello"), "hello");
	CHECK(stpcpy(buf, "abc") == buf + 3);
	CHECK_STR(strcat(buf, "def"), "abcdef");
	CHECK_STR(strncat(buf, "ghijk", 2), "abcdefgh");
	memset(buf, 'x', sizeof(buf));
	CHECK(stpncpy(buf, "abc", 6) == buf + 3);
	CHECK(memcmp(buf, "abc\0\0\0x", 7) == 0);
	CHECK(strncpy(buf, "abcdef", 3) == buf);
	CHECK(memcmp(buf, "abc\0", 4) == 0);
	CHECK_EQ(strlcpy(buf, "abcdef", 4), 6);
	CHECK_STR(buf, "abc");
	CHECK_EQ(strlcat(buf, "defgh", 6), 8);
	CHECK_STR(buf, "abcde");
	CHECK_EQ(strlcat(buf, "xyz", 2), 5);
	CHECK_EQ(strxfrm(buf, "abc", 32), 3);
	copy = strdup("copied");
	CHECK_STR(copy, "copied");
	free(copy);
	copy = strndup("copied", 3);
	CHECK_STR(copy, "cop");
	free(copy);
	swab("abcd", buf, 4);
	CHECK(memcmp(buf, "badc", 4) == 0);
}

static void
tokens(void)
{
	char text[] = "  a b,,c ", fields[] = "x::y", escaped[] = "a\\:b:c", *state;

	CHECK_STR(strtok_r(text, " ,", &state), "a");
	CHECK_STR(strtok_r(NULL, " ,", &state), "b");
	CHECK_STR(strtok_r(NULL, " ,", &state), "c");
	CHECK(strtok_r(NULL, " ,", &state) == NULL);
	state = fields;
	CHECK_STR(strsep(&state, ":"), "x");
	CHECK_STR(strsep(&state, ":"), "");
	CHECK_STR(strsep(&state, ":"), "y");
	CHECK(strsep(&state, ":") == NULL);
	state = escaped;
	CHECK_STR(stresep(&state, ":", '\\'), "a:b");
	CHECK_STR(stresep(&state, ":", '\\'), "c");
	CHECK(stresep(&state, ":", '\\') == NULL);
}

static void
messages(void)
{
	char buf[64];

	CHECK_STR(strerror(ENOENT), "No such file or directory");
	CHECK_STR(strerror(EAGAIN), "Resource temporarily unavailable");
	CHECK_STR(strerror(ENOTRECOVERABLE), "State not recoverable");
	CHECK_STR(strerror(0), "Undefined error: 0");
	CHECK_STR(strerror(4711), "Unknown error: 4711");
	CHECK_STR(strerror(-1), "Unknown error: -1");
	CHECK_EQ(sys_nerr, ELAST + 1);
	CHECK_STR(sys_errlist[EPERM], "Operation not permitted");
	CHECK_EQ(strerror_r(ENOMEM, buf, sizeof(buf)), 0);
	CHECK_STR(buf, "Cannot allocate memory");
	CHECK_EQ(strerror_r(ENOMEM, buf, 7), ERANGE);
	CHECK_STR(buf, "Cannot");
	CHECK_EQ(strerror_r(999, buf, sizeof(buf)), EINVAL);
}

static void
bits(void)
{
	char mode[12];

	CHECK_EQ(ffs(0), 0);
	CHECK_EQ(ffs(1), 1);
	CHECK_EQ(ffs(0x80), 8);
	CHECK_EQ(ffs((int)0x80000000), 32);
	CHECK_EQ(ffsl(1L << 40), 41);
	CHECK_EQ(ffsll(1LL << 63), 64);
	CHECK_EQ(popcount(0), 0);
	CHECK_EQ(popcount(0xffffffff), 32);
	CHECK_EQ(popcountll(0x8000000000000001ULL), 2);
	strmode(0100755, mode);
	CHECK_STR(mode, "-rwxr-xr-x ");
	strmode(0041777, mode);
	CHECK_STR(mode, "drwxrwxrwt ");
	strmode(0104644, mode);
	CHECK_STR(mode, "-rwSr--r-- ");
}

int
main(void)
{
	copies();
	lengths_and_searches();
	long_needles();
	comparisons();
	building();
	tokens();
	messages();
	bits();
	return 0;
}
