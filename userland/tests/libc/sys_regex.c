/* Regular expressions, basic and extended. */
#include <regex.h>

#include "../check.h"

/* The match and its groups as (from,to) pairs, or the error's name. */
static const char *
run(const char *pattern, const char *text, int flags)
{
	static char out[256];
	regmatch_t m[5];
	regex_t re;
	size_t i;
	int error = regcomp(&re, pattern, flags);

	if (error != 0) {
		regerror(error | REG_ITOA, NULL, out, sizeof(out));
		return out;
	}
	error = regexec(&re, text, 5, m, 0);
	out[0] = '\0';
	if (error != 0)
		strcpy(out, error == REG_NOMATCH ? "no" : "error");
	for (i = 0; error == 0 && i <= re.re_nsub && i < 5; i++)
		sprintf(out + strlen(out), "(%d,%d)", (int)m[i].rm_so, (int)m[i].rm_eo);
	regfree(&re);
	return out;
}

#define E REG_EXTENDED

static void
test_extended(void)
{
	CHECK_STR(run("abc", "xabcy", E), "(1,4)");
	CHECK_STR(run("a.c|b", "xxb", E), "(2,3)");
	CHECK_STR(run("^abc$", "abc", E), "(0,3)");
	CHECK_STR(run("^abc$", "abcd", E), "no");
	CHECK_STR(run("a*", "aaab", E), "(0,3)");
	CHECK_STR(run("a*", "baaa", E), "(0,0)");
	CHECK_STR(run("a+b?c", "xaaac", E), "(1,5)");
	CHECK_STR(run("(a)(b)?(c)", "ac", E), "(0,2)(0,1)(-1,-1)(1,2)");
	CHECK_STR(run("a|ab|abc", "abcd", E), "(0,3)");
	CHECK_STR(run("(a|ab)(bcd|c)*$", "abcd", E), "(0,4)(0,1)(1,4)");
	CHECK_STR(run("(foo|bar)+", "xfoobarx", E), "(1,7)(4,7)");
	CHECK_STR(run("(a*)*b", "aaab", E), "(0,4)(0,3)");
	CHECK_STR(run("(a*)+b", "b", E), "(0,1)(0,0)");
	CHECK_STR(run("((a+)+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", E), "no");
	CHECK_STR(run("x{2}", "xxx", E), "(0,2)");
	CHECK_STR(run("x{2,}", "axxxx", E), "(1,5)");
	CHECK_STR(run("^x{1,3}$", "xxxx", E), "no");
	CHECK_STR(run("(ab){0,2}c", "ababababc", E), "(4,9)(6,8)");
	CHECK_STR(run("a{0}b", "ab", E), "(1,2)");
	CHECK_STR(run("a{,2}", "a{,2}", E), "(0,5)");
	CHECK_STR(run("[[:digit:]]+", "ab123c", E), "(2,5)");
	CHECK_STR(run("[^a-c]+", "abxyzc", E), "(2,5)");
	CHECK_STR(run("[]x]+", "a]x]", E), "(1,4)");
	CHECK_STR(run("[a-]+", "x-a-", E), "(1,4)");
	CHECK_STR(run("[[.-.]x]", "-", E), "(0,1)");
	CHECK_STR(run("\\.\\*", "a.*", E), "(1,3)");
	CHECK_STR(run("ABC", "xabc", E | REG_ICASE), "(1,4)");
	CHECK_STR(run("[A-C]+", "xabc", E | REG_ICASE), "(1,4)");
	CHECK_STR(run("^b.c", "a\nbxc", E), "no");
	CHECK_STR(run("^b.c$", "a\nbxc\nd", E | REG_NEWLINE), "(2,5)");
	CHECK_STR(run("a.b", "a\nb", E | REG_NEWLINE), "no");
	CHECK_STR(run("\\<in\\>", "inner in", E), "(6,8)");
	CHECK_STR(run("[[:<:]]in[[:>:]]", "inner in", E), "(6,8)");
	CHECK_STR(run("()", "x", E), "(0,0)(0,0)");
	CHECK_STR(run("(^|x)a", "ba xa", E), "(3,5)(3,4)");
}

static void
test_basic(void)
{
	CHECK_STR(run("a+", "aa+", 0), "(1,3)");
	CHECK_STR(run("\\(a*\\)b\\1", "aabaa", 0), "(0,5)(0,2)");
	CHECK_STR(run("\\(.\\)\\(.\\)\\2\\1", "xabbay", 0), "(1,5)(1,2)(2,3)");
	CHECK_STR(run("\\(a\\)\\1", "aA", REG_ICASE), "(0,2)(0,1)");
	CHECK_STR(run("*a", "x*a", 0), "(1,3)");
	CHECK_STR(run("^*a", "*a", 0), "(0,2)");
	CHECK_STR(run("a\\{2,3\\}", "aaaa", 0), "(0,3)");
	CHECK_STR(run("a^b$c", "a^b$c", 0), "(0,5)");
	CHECK_STR(run("\\(^a$\\)", "a", 0), "(0,1)(0,1)");
	CHECK_STR(run("a\\|bc", "xbc", 0), "(1,3)");
	CHECK_STR(run("(a)", "(a)", 0), "(0,3)");
	CHECK_STR(run("", "abc", 0), "(0,0)");
	CHECK_STR(run("a.*[", "xa.*[", REG_NOSPEC), "(1,5)");
}

static void
test_errors(void)
{
	CHECK_STR(run("(a", "", E), "REG_EPAREN");
	CHECK_STR(run("\\(a", "", 0), "REG_EPAREN");
	CHECK_STR(run("a\\)", "", 0), "REG_EPAREN");
	CHECK_STR(run("[a", "", E), "REG_EBRACK");
	CHECK_STR(run("[b-a]", "", E), "REG_ERANGE");
	CHECK_STR(run("[[:foo:]]", "", E), "REG_ECTYPE");
	CHECK_STR(run("*a", "", E), "REG_BADRPT");
	CHECK_STR(run("a|*b", "", E), "REG_BADRPT");
	CHECK_STR(run("a||b", "", E), "REG_EMPTY");
	CHECK_STR(run("", "", E), "REG_EMPTY");
	CHECK_STR(run("a{2,1}", "", E), "REG_BADBR");
	CHECK_STR(run("a{300}", "", E), "REG_BADBR");
	CHECK_STR(run("a{2", "", E), "REG_EBRACE");
	CHECK_STR(run("a\\", "", E), "REG_EESCAPE");
	CHECK_STR(run("\\1", "", 0), "REG_ESUBREG");
	CHECK_STR(run("\\(\\1\\)", "", 0), "REG_ESUBREG");
}

static void
test_flags(void)
{
	regmatch_t m = { .rm_so = 2, .rm_eo = 5 };
	char text[64], *copy;
	regex_t re;

	CHECK_EQ(regcomp(&re, "^b", E), 0);
	CHECK_EQ(regexec(&re, "b", 0, NULL, 0), 0);
	CHECK_EQ(regexec(&re, "b", 0, NULL, REG_NOTBOL), REG_NOMATCH);
	CHECK_EQ(regexec(&re, "aabbb", 1, &m, REG_STARTEND), 0);
	CHECK_EQ(m.rm_so, 2);
	regfree(&re);
	CHECK_EQ(regcomp(&re, "b$", E | REG_NOSUB), 0);
	CHECK_EQ(regexec(&re, "ab", 1, &m, REG_NOTEOL), REG_NOMATCH);
	CHECK_EQ(regexec(&re, "ab", 1, &m, 0), 0);
	regfree(&re);
	CHECK(regerror(REG_EPAREN, NULL, text, sizeof(text)) > 1);
	CHECK_STR(text, "parentheses not balanced");
	m = (regmatch_t){ .rm_so = 1, .rm_eo = 3 };
	CHECK_EQ(regnsub(text, sizeof(text), "<&|\\0|\\\\>", &m, "abcd"), 9);
	CHECK_STR(text, "<bc|bc|\\>");
	CHECK_EQ(regasub(&copy, "&&", &m, "abcd"), 4);
	CHECK_STR(copy, "bcbc");
	free(copy);
}

int
main(void)
{
	test_extended();
	test_basic();
	test_errors();
	test_flags();
	return 0;
}
