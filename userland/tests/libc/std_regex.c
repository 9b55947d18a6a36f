/* Regular expressions: POSIX's choice of submatches, anchors, errors, and no blow-up. */
#include <regex.h>

#include "../check.h"

static const char *
match(const char *pattern, const char *text, int cflags, int eflags)
{
	static char out[256];
	regex_t re;
	regmatch_t m[10];
	int error = regcomp(&re, pattern, cflags), len = 0;

	if (error != 0) {
		regerror(REG_ITOA | error, &re, out, sizeof(out));
		return out;
	}
	error = regexec(&re, text, 10, m, eflags);
	snprintf(out, sizeof(out), "%s", error == REG_NOMATCH ? "no" : "");
	for (size_t i = 0; error == 0 && i <= re.re_nsub && i < 10; i++)
		len += snprintf(out + len, sizeof(out) - (size_t)len, "(%d,%d)", (int)m[i].rm_so, (int)m[i].rm_eo);
	regfree(&re);
	return out;
}

#define ERE(pattern, text) match(pattern, text, REG_EXTENDED, 0)
#define BRE(pattern, text) match(pattern, text, REG_BASIC, 0)

static void
extended(void)
{
	CHECK_STR(ERE("abc", "xabcx"), "(1,4)");
	CHECK_STR(ERE("a|ab|abc", "abc"), "(0,3)");
	CHECK_STR(ERE("(a|ab)(c|bcd)(d*)", "abcd"), "(0,4)(0,2)(2,3)(3,4)");
	CHECK_STR(ERE("(a*)(ab)*(b*)", "abb"), "(0,3)(0,1)(-1,-1)(1,3)");
	CHECK_STR(ERE("((a)|b)*", "ab"), "(0,2)(1,2)(-1,-1)");
	CHECK_STR(ERE("(a*)*", "b"), "(0,0)(0,0)");
	CHECK_STR(ERE("(a*)+", "aaa"), "(0,3)(0,3)");
	CHECK_STR(ERE("(a?){2,3}", "aa"), "(0,2)(1,2)");
	CHECK_STR(ERE("(ab){2}", "ababab"), "(0,4)(2,4)");
	CHECK_STR(ERE("x{0}y", "xy"), "(1,2)");
	CHECK_STR(ERE("[[:alpha:]_][[:alnum:]_]*", "9foo_1-"), "(1,6)");
	CHECK_STR(ERE("[]a-]+", "x]-a"), "(1,4)");
	CHECK_STR(ERE("[^]a]", "]ab"), "(2,3)");
	CHECK_STR(ERE("^$", ""), "(0,0)");
	CHECK_STR(ERE("a.c", "a\nc"), "(0,3)");
	CHECK_STR(ERE("\\$\\.\\(", "$.("), "(0,3)");
	CHECK_STR(ERE("\\<foo\\>", "afoo foo"), "(5,8)");
	CHECK_STR(ERE("[[:<:]]o", "foo o"), "(4,5)");
	CHECK_STR(ERE("b{", "ab{"), "(1,3)");
}

static void
basic(void)
{
	CHECK_STR(BRE("*a", "x*a"), "(1,3)");
	CHECK_STR(BRE("^*a", "*a"), "(0,2)");
	CHECK_STR(BRE("a+", "aa+"), "(1,3)");
	CHECK_STR(BRE("a$b", "a$b"), "(0,3)");
	CHECK_STR(BRE("\\(^a\\)", "aa"), "(0,1)(0,1)");
	CHECK_STR(BRE("a\\{2,3\\}", "aaaa"), "(0,3)");
	CHECK_STR(BRE("\\(a*\\)b\\1", "aabaa"), "(0,5)(0,2)");
	CHECK_STR(BRE("\\(.*\\)\\1", "abcabc"), "(0,6)(0,3)");
	CHECK_STR(BRE("\\(a\\)\\(b\\)\\2\\1", "abba"), "(0,4)(0,1)(1,2)");
	CHECK_STR(BRE("(a)", "(a)"), "(0,3)");
}

static void
flags(void)
{
	regmatch_t m[1] = { { 2, 5 } };
	regex_t re;
	char buf[32], *made;

	CHECK_STR(match("HeLLo[a-c]", "hellOB", REG_EXTENDED | REG_ICASE, 0), "(0,6)");
	CHECK_STR(match("^b$", "a\nb\nc", REG_EXTENDED | REG_NEWLINE, 0), "(2,3)");
	CHECK_STR(match("a.b", "a\nb", REG_EXTENDED | REG_NEWLINE, 0), "no");
	CHECK_STR(match("a[^x]b", "a\nb", REG_EXTENDED | REG_NEWLINE, 0), "no");
	CHECK_STR(match("^a", "a", REG_EXTENDED, REG_NOTBOL), "no");
	CHECK_STR(match("a$", "a", REG_EXTENDED, REG_NOTEOL), "no");
	CHECK_STR(match("a.c*", "a.c*", REG_NOSPEC, 0), "(0,4)");
	CHECK_EQ(regcomp(&re, "b+", REG_EXTENDED), 0);
	CHECK_EQ(regexec(&re, "bbbbbbb", 1, m, REG_STARTEND), 0);
	CHECK_EQ(m[0].rm_so, 2);
	CHECK_EQ(m[0].rm_eo, 5);
	CHECK_EQ(regnsub(buf, sizeof(buf), "<&>", m, "abbbcdef"), 5);
	CHECK_STR(buf, "<bbc>");
	CHECK_EQ(regasub(&made, "[\\0]", m, "abbbcdef"), 5);
	CHECK_STR(made, "[bbc]");
	free(made);
	regfree(&re);
	CHECK_EQ(regcomp(&re, "(a)", REG_EXTENDED | REG_NOSUB), 0);
	CHECK_EQ(regexec(&re, "xa", 0, NULL, 0), 0);
	regfree(&re);
}

static void
errors(void)
{
	CHECK_STR(ERE("(", ""), "REG_EPAREN");
	CHECK_STR(ERE("a)", ""), "REG_EPAREN");
	CHECK_STR(ERE("[a", ""), "REG_EBRACK");
	CHECK_STR(ERE("*a", ""), "REG_BADRPT");
	CHECK_STR(ERE("a{2,1}", ""), "REG_BADBR");
	CHECK_STR(ERE("a{2", ""), "REG_EBRACE");
	CHECK_STR(ERE("a{1000}", ""), "REG_BADBR");
	CHECK_STR(ERE("[z-a]", ""), "REG_ERANGE");
	CHECK_STR(ERE("[[:nope:]]", ""), "REG_ECTYPE");
	CHECK_STR(ERE("a\\", ""), "REG_EESCAPE");
	CHECK_STR(BRE("\\(a\\)\\2", ""), "REG_ESUBREG");
	CHECK_STR(ERE("a||b", ""), "REG_EMPTY");
}

/* Patterns over which backtracking matchers take exponential time. */
static void
no_blow_up(void)
{
	static char text[3001];

	memset(text, 'a', 3000);
	CHECK_STR(ERE("(a*)*b", text), "no");
	CHECK_STR(ERE("(a|aa)+$", text), "(0,3000)(2998,3000)");
	CHECK_STR(ERE("a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaa", "aaaaaaaaaaaa"), "(0,12)");
}

int
main(void)
{
	extended();
	basic();
	flags();
	errors();
	no_blow_up();
	return 0;
}
