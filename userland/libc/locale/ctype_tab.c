/*
 * The C locale's character classes and case maps.  The macros of <ctype.h>
 * index these tables at c + 1, so that EOF (-1) lands on the first entry.
 */

#include <ctype.h>
#include <stdio.h>

#define CNTRL	(_CTYPE_C)
#define SPACE	(_CTYPE_C | _CTYPE_S)
#define TAB	(_CTYPE_C | _CTYPE_S | _CTYPE_BL)
#define BLANK	(_CTYPE_R | _CTYPE_S | _CTYPE_BL)
#define PUNCT	(_CTYPE_R | _CTYPE_G | _CTYPE_P)
#define DIGIT	(_CTYPE_R | _CTYPE_G | _CTYPE_D | _CTYPE_X)
#define UPPER	(_CTYPE_R | _CTYPE_G | _CTYPE_A | _CTYPE_U)
#define LOWER	(_CTYPE_R | _CTYPE_G | _CTYPE_A | _CTYPE_L)

const unsigned short _C_ctype_tab_[1 + 256] = {
	[1 + 0 ... 1 + 8] = CNTRL,
	[1 + '\t'] = TAB,
	[1 + '\n' ... 1 + '\r'] = SPACE,
	[1 + 14 ... 1 + 31] = CNTRL,
	[1 + ' '] = BLANK,
	[1 + '!' ... 1 + '/'] = PUNCT,
	[1 + '0' ... 1 + '9'] = DIGIT,
	[1 + ':' ... 1 + '@'] = PUNCT,
	[1 + 'A' ... 1 + 'F'] = UPPER | _CTYPE_X,
	[1 + 'G' ... 1 + 'Z'] = UPPER,
	[1 + '[' ... 1 + '`'] = PUNCT,
	[1 + 'a' ... 1 + 'f'] = LOWER | _CTYPE_X,
	[1 + 'g' ... 1 + 'z'] = LOWER,
	[1 + '{' ... 1 + '~'] = PUNCT,
	[1 + 127] = CNTRL,
};

#define ROW4(n)		(n), (n) + 1, (n) + 2, (n) + 3
#define ROW16(n)	ROW4(n), ROW4((n) + 4), ROW4((n) + 8), ROW4((n) + 12)
#define ROW64(n)	ROW16(n), ROW16((n) + 16), ROW16((n) + 32), ROW16((n) + 48)

/* The alphabet in either case, whichever the row is mapped to. */
#define LETTERS(map)							\
	ROW16(map), ROW4((map) + 16), ROW4((map) + 20), (map) + 24, (map) + 25

const short _C_toupper_tab_[1 + 256] = {
	EOF,
	ROW64(0),
	'@', LETTERS('A'), '[', '\\', ']', '^', '_',
	'`', LETTERS('A'), '{', '|', '}', '~', 127,
	ROW64(128), ROW64(192),
};

const short _C_tolower_tab_[1 + 256] = {
	EOF,
	ROW64(0),
	'@', LETTERS('a'), '[', '\\', ']', '^', '_',
	'`', LETTERS('a'), '{', '|', '}', '~', 127,
	ROW64(128), ROW64(192),
};

const unsigned short *_ctype_tab_ = _C_ctype_tab_;
const short *_toupper_tab_ = _C_toupper_tab_;
const short *_tolower_tab_ = _C_tolower_tab_;
