/* The functions behind the macros of <ctype.h>, and their _l variants. */

#define _CTYPE_NOINLINE
#include <ctype.h>

static inline int
class_of(int c)
{
	return (_ctype_tab_ + 1)[c];
}

#define DEFINE_CLASS(name, mask)					\
int									\
name(int c)								\
{									\
	return class_of(c) & (mask);					\
}									\
									\
int									\
name##_l(int c, locale_t locale)					\
{									\
	(void)locale;							\
	return class_of(c) & (mask);					\
}

DEFINE_CLASS(isalnum, _CTYPE_A | _CTYPE_D)
DEFINE_CLASS(isalpha, _CTYPE_A)
DEFINE_CLASS(isblank, _CTYPE_BL)
DEFINE_CLASS(iscntrl, _CTYPE_C)
DEFINE_CLASS(isdigit, _CTYPE_D)
DEFINE_CLASS(isgraph, _CTYPE_G)
DEFINE_CLASS(islower, _CTYPE_L)
DEFINE_CLASS(isprint, _CTYPE_R)
DEFINE_CLASS(ispunct, _CTYPE_P)
DEFINE_CLASS(isspace, _CTYPE_S)
DEFINE_CLASS(isupper, _CTYPE_U)
DEFINE_CLASS(isxdigit, _CTYPE_X)

int
tolower(int c)
{
	return (_tolower_tab_ + 1)[c];
}

int
toupper(int c)
{
	return (_toupper_tab_ + 1)[c];
}

int
tolower_l(int c, locale_t locale)
{
	(void)locale;
	return tolower(c);
}

int
toupper_l(int c, locale_t locale)
{
	(void)locale;
	return toupper(c);
}

int
isascii(int c)
{
	return (unsigned)c <= 0177;
}

int
toascii(int c)
{
	return c & 0177;
}

int
_tolower(int c)
{
	return c - 'A' + 'a';
}

int
_toupper(int c)
{
	return c - 'a' + 'A';
}
