/* regerror(3), and replacement texts made of what was matched: regnsub(3), regasub(3). */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	int code;
	const char *name, *text;
} errors[] = {
	{ REG_NOMATCH, "REG_NOMATCH", "regexec() failed to match" },
	{ REG_BADPAT, "REG_BADPAT", "invalid regular expression" },
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
	{ REG_ASSERT, "REG_ASSERT", "\"can't happen\" -- you found a bug" },
	{ REG_INVARG, "REG_INVARG", "invalid argument to regex routine" },
	{ REG_ILLSEQ, "REG_ILLSEQ", "illegal byte sequence" },
};

size_t
regerror(int code, const regex_t *restrict re, char *restrict buffer, size_t size)
{
	const char *text = "*** unknown regexp error code ***";
	char number[24];
	size_t i;

	if (code == REG_ATOI) {
		snprintf(number, sizeof(number), "0");
		for (i = 0; i < __arraycount(errors); i++)
			if (re != NULL && re->re_endp != NULL && strcmp(errors[i].name, re->re_endp) == 0)
				snprintf(number, sizeof(number), "%d", errors[i].code);
		text = number;
	} else {
		for (i = 0; i < __arraycount(errors); i++)
			if (errors[i].code == (code & ~REG_ITOA))
				text = (code & REG_ITOA) != 0 ? errors[i].name : errors[i].text;
	}
	if (size > 0)
		strlcpy(buffer, text, size);
	return strlen(text) + 1;
}

/* Writes what fits; the length that all would have had. & and \0..\9 stand for what was matched. */
ssize_t
regnsub(char *buffer, size_t size, const char *template, const regmatch_t *match, const char *text)
{
	size_t length = 0, i, n;
	const char *from;
	int group;

	for (; *template != '\0'; template++) {
		group = -1;
		if (*template == '&')
			group = 0;
		else if (*template == '\\' && template[1] >= '0' && template[1] <= '9')
			group = *++template - '0';
		else if (*template == '\\' && (template[1] == '\\' || template[1] == '&'))
			template++;
		from = template;
		n = 1;
		if (group >= 0) {
			from = text + match[group].rm_so;
			n = match[group].rm_so == -1 ? 0 : (size_t)(match[group].rm_eo - match[group].rm_so);
		}
		for (i = 0; i < n; i++, length++)
			if (length + 1 < size)
				buffer[length] = from[i];
	}
	if (size > 0)
		buffer[length < size ? length : size - 1] = '\0';
	return length;
}

ssize_t
regasub(char **buffer, const char *template, const regmatch_t *match, const char *text)
{
	ssize_t length = regnsub(NULL, 0, template, match, text);

	*buffer = malloc(length + 1);
	if (*buffer == NULL)
		return -1;
	return regnsub(*buffer, length + 1, template, match, text);
}
