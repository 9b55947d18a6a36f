/*
 * Tokens.
 */
#include "awk.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum token token;
int token_char, token_line;
struct value token_value;
char *token_name;
enum builtin token_builtin;

static const char *p, *start;

static const struct {
	const char *name;
	enum token token;
	enum builtin builtin;
} words[] = {
	{ "BEGIN", T_BEGIN, 0 }, { "END", T_END_RULE, 0 }, { "break", T_BREAK, 0 }, { "continue", T_CONTINUE, 0 },
	{ "delete", T_DELETE, 0 }, { "do", T_DO, 0 }, { "else", T_ELSE, 0 }, { "exit", T_EXIT, 0 },
	{ "for", T_FOR, 0 }, { "func", T_FUNCTION, 0 }, { "function", T_FUNCTION, 0 }, { "getline", T_GETLINE, 0 },
	{ "if", T_IF, 0 }, { "in", T_IN, 0 }, { "next", T_NEXT, 0 }, { "nextfile", T_NEXTFILE, 0 },
	{ "print", T_PRINT, 0 }, { "printf", T_PRINTF, 0 }, { "return", T_RETURN, 0 }, { "while", T_WHILE, 0 },
	{ "atan2", T_BUILTIN, F_ATAN2 }, { "close", T_BUILTIN, F_CLOSE }, { "cos", T_BUILTIN, F_COS },
	{ "exp", T_BUILTIN, F_EXP }, { "fflush", T_BUILTIN, F_FFLUSH }, { "gsub", T_BUILTIN, F_GSUB },
	{ "index", T_BUILTIN, F_INDEX }, { "int", T_BUILTIN, F_INT }, { "length", T_BUILTIN, F_LENGTH },
	{ "log", T_BUILTIN, F_LOG }, { "match", T_BUILTIN, F_MATCH }, { "rand", T_BUILTIN, F_RAND },
	{ "sin", T_BUILTIN, F_SIN }, { "split", T_BUILTIN, F_SPLIT }, { "sprintf", T_BUILTIN, F_SPRINTF },
	{ "sqrt", T_BUILTIN, F_SQRT }, { "srand", T_BUILTIN, F_SRAND }, { "sub", T_BUILTIN, F_SUB },
	{ "substr", T_BUILTIN, F_SUBSTR }, { "system", T_BUILTIN, F_SYSTEM }, { "tolower", T_BUILTIN, F_TOLOWER },
	{ "toupper", T_BUILTIN, F_TOUPPER },
};

/* Operators of several characters; longer ones first. */
static const struct {
	const char *text;
	enum token token;
} operators[] = {
	{ "**=", T_POW_ASSIGN }, { "&&", T_AND }, { "||", T_OR }, { "==", T_EQ }, { "!=", T_NE }, { "<=", T_LE },
	{ ">=", T_GE }, { "!~", T_NO_MATCH }, { "++", T_INCREMENT }, { "--", T_DECREMENT }, { ">>", T_APPEND },
	{ "+=", T_ADD_ASSIGN }, { "-=", T_SUB_ASSIGN }, { "*=", T_MUL_ASSIGN }, { "/=", T_DIV_ASSIGN },
	{ "%=", T_MOD_ASSIGN }, { "^=", T_POW_ASSIGN },
};

void
lex_begin(const char *program)
{
	p = program;
	token_line = 1;
}

/* The escapes of strings.  Of an unknown one the backslash stays: regular expressions may know it. */
struct string *
unescape(const char *text, size_t length)
{
	static const char names[] = "abfnrtv\"/\\", values[] = "\a\b\f\n\r\t\v\"/\\";
	struct string *s = new_string(text, length);
	char *to = s->text;

	for (const char *from = text, *end = text + length; from < end; from++) {
		const char *name;

		if (*from != '\\' || from + 1 == end) {
			*to++ = *from;
			continue;
		}
		from++;
		if (*from >= '0' && *from <= '7') {
			int c = 0;

			for (int i = 0; i < 3 && from < end && *from >= '0' && *from <= '7'; i++)
				c = c * 8 + *from++ - '0';
			from--;
			*to++ = (char)c;
		} else if (*from == '\n')
			token_line++;	/* the string goes on in the next line */
		else if (*from != '\0' && (name = strchr(names, *from)) != NULL)
			*to++ = values[name - names];
		else {
			*to++ = '\\';
			*to++ = *from;
		}
	}
	s->length = (size_t)(to - s->text);
	*to = '\0';
	return s;
}

static void
lex_string(void)
{
	const char *begin = p;

	for (; *p != '"'; p++) {
		if (*p == '\0' || *p == '\n')
			syntax("a string does not end");
		if (*p == '\\' && p[1] != '\0')
			p++;
	}
	token = T_STRING;
	token_value = string_value(unescape(begin, (size_t)(p - begin)));
	p++;
}

void
lex_regex(void)
{
	bool bracket = false;
	const char *begin;

	p = start + 1;
	for (begin = p; *p != '/' || bracket; p++) {
		if (*p == '\0' || *p == '\n')
			syntax("a regular expression does not end");
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '[' && !bracket) {
			bracket = true;
			p += p[1] == '^';
			p += p[1] == ']';
		} else if (*p == ']')
			bracket = false;
	}
	token_value = string_value(new_string(begin, (size_t)(p - begin)));
	p++;
}

static void
lex_number(void)
{
	char *end;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		end = (char *)p + 1;	/* awk has no hexadecimal numbers: a 0, and a name */
	else
		strtod(p, &end);
	token = T_NUMBER;
	token_value = number_value(end == p + 1 ? *p - '0' : strtod(p, NULL));
	p = end;
}

static void
lex_word(void)
{
	size_t length = 0;

	while (isalnum((unsigned char)p[length]) || p[length] == '_')
		length++;
	free(token_name);
	token_name = need(strndup(p, length));
	p += length;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].name, token_name) == 0) {
			token = words[i].token;
			token_builtin = words[i].builtin;
			return;
		}
	token = *p == '(' ? T_CALL : T_NAME;
}

static void
skip_blanks(void)
{
	for (;; p++) {
		if (*p == '#')
			while (p[1] != '\n' && p[1] != '\0')
				p++;
		else if (p[0] == '\\' && p[1] == '\n') {
			p++;
			token_line++;
		} else if (p[0] == '\\' && p[1] == '\r' && p[2] == '\n') {
			p += 2;
			token_line++;
		} else if (*p != ' ' && *p != '\t' && *p != '\r')
			return;
	}
}

void
next_token(void)
{
	skip_blanks();
	start = p;
	if (*p == '\0') {
		token = T_END;
	} else if (*p == '\n') {
		token = T_NEWLINE;
		token_line++;
		p++;
	} else if (*p == '"') {
		p++;
		lex_string();
	} else if (isdigit((unsigned char)*p) || (*p == '.' && isdigit((unsigned char)p[1])))
		lex_number();
	else if (isalpha((unsigned char)*p) || *p == '_')
		lex_word();
	else {
		for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
			size_t length = strlen(operators[i].text);

			if (strncmp(operators[i].text, p, length) == 0) {
				token = operators[i].token;
				p += length;
				return;
			}
		}
		token = T_OTHER;
		token_char = (unsigned char)*p++;
		if (token_char == '*' && *p == '*') {	/* ** is ^ */
			token_char = '^';
			p++;
		}
	}
}
