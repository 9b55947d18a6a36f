/* The shell's patterns. */
#include <fnmatch.h>

#include "../check.h"

#define YES(pattern, text, flags) CHECK_EQ(fnmatch(pattern, text, flags), 0)
#define NO(pattern, text, flags) CHECK_EQ(fnmatch(pattern, text, flags), FNM_NOMATCH)

int
main(void)
{
	YES("", "", 0);
	NO("", "a", 0);
	YES("abc", "abc", 0);
	NO("abc", "abd", 0);
	YES("*", "", 0);
	YES("*.c", "main.c", 0);
	NO("*.c", "main.h", 0);
	YES("a*b*c", "axxbyybzzc", 0);
	NO("a*b*c", "axxbyybzz", 0);
	YES("a**c", "abc", 0);
	YES("?b?", "abc", 0);
	NO("?", "", 0);
	YES("[a-cx]z", "bz", 0);
	YES("[!a-c]", "d", 0);
	NO("[!a-c]", "b", 0);
	YES("[]x]", "]", 0);
	YES("[a-]", "-", 0);
	YES("[[:digit:][:upper:]]", "7", 0);
	YES("[[:digit:][:upper:]]", "Q", 0);
	NO("[[:digit:]]", "q", 0);
	YES("[abc", "[abc", 0);
	YES("\\*", "*", 0);
	NO("\\*", "x", 0);
	YES("\\*", "\\x", FNM_NOESCAPE);
	YES("[\\]]", "]", 0);

	YES("a*b", "a/b", 0);
	NO("a*b", "a/b", FNM_PATHNAME);
	NO("a?b", "a/b", FNM_PATHNAME);
	NO("a[/]b", "a/b", FNM_PATHNAME);
	YES("*/b", "a/b", FNM_PATHNAME);
	YES("*a/*c", "aa/bc", FNM_PATHNAME);
	NO("*", ".profile", FNM_PERIOD);
	NO("?profile", ".profile", FNM_PERIOD);
	NO("[.]profile", ".profile", FNM_PERIOD);
	YES(".*", ".profile", FNM_PERIOD);
	YES("a/*", "a/.b", FNM_PERIOD);
	NO("a/*", "a/.b", FNM_PERIOD | FNM_PATHNAME);
	YES("ABC", "abc", FNM_CASEFOLD);
	YES("[A-C]x", "bX", FNM_CASEFOLD);
	YES("a", "a/b", FNM_LEADING_DIR);
	YES("*", "a/b", FNM_LEADING_DIR | FNM_PATHNAME);
	NO("a", "ab", FNM_LEADING_DIR);
	return 0;
}
