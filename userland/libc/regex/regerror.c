#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "regex_private.h"

static const struct {
	int code;
	const char *name, *text;
} errors[] = {
	{ 0, "REG_OKAY", "no errors detected" },
	{ REG_NOMATCH, "REG_NOMATCH", "no match was found" },
	{ REG_BADPAT, "REG_BADPAT", "the regular expression is invalid" },
	{ REG_ECOLLATE, "REG_ECOLLATE", "invalid collating element" },
	{ REG_ECTYPE, "REG_ECTYPE", "invalid character class" },
	{ REG_EESCAPE, "REG_EESCAPE", "trailing backslash (\\)" },
	{ REG_ESUBREG, "REG_ESUBREG", "invalid backreference number" },
	{ REG_EBRACK, "REG_EBRACK", "brackets ([ ]) not balanced" },
	{ REG_EPAREN, "REG_EPAREN", "parentheses not balanced" },
	{ REG_EBRACE, "REG_EBRACE", "braces not balanced" },
	{ REG_BADBR, "REG_BADBR", "invalid repetition count(s)" },
	{ REG_ERANGE, "REG_ERANGE", "invalid character range" },
	{ REG_ESPACE, "REG_ESPACE", "out of memory" },
	{ REG_BADRPT, "REG_BADRPT", "repetition-operator operand invalid" },
	{ REG_EMPTY, "REG_EMPTY", "empty (sub)expression" },
	{ REG_ASSERT, "REG_ASSERT", "internal inconsistency" },
	{ REG_INVARG, "REG_INVARG", "invalid argument to regex routine" },
	{ REG_ILLSEQ, "REG_ILLSEQ", "illegal byte sequence" },
};

#define ERRORS (sizeof(errors) / sizeof(errors[0]))

size_t
regerror(int code, const regex_t *restrict re, char *restrict buf, size_t size)
{
	char made[32];
	const char *text = "*** unknown regexp error code ***";

	if (code == REG_ATOI) {
		/* The number for the name that re_endp points to. */
		text = "0";
		for (size_t i = 0; re != NULL && re->re_endp != NULL && i < ERRORS; i++)
			if (strcmp(errors[i].name, re->re_endp) == 0) {
				snprintf(made, sizeof(made), "%d", errors[i].code);
				text = made;
			}
	} else {
		int plain = code & ~REG_ITOA;

		for (size_t i = 0; i < ERRORS; i++)
			if (errors[i].code == plain)
				text = code & REG_ITOA ? errors[i].name : errors[i].text;
	}
	return strlcpy(buf, text, size) + 1;
}
