/*
 * setmode(3): the mode operands of chmod(1), octal or like u+rw,go=u, made into a program for getmode(3).
 */
#include <sys/stat.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ALL_BITS (S_ISUID | S_ISGID | S_ISVTX | S_IRWXU | S_IRWXG | S_IRWXO)
#define ANY(bits3) ((bits3) << 6 | (bits3) << 3 | (bits3))

/* One operation: op on the bits of `who`. */
struct command {
	char op;		/* + - =, 0 at the end */
	char copy;		/* u g o: the bits come from there */
	bool conditional;	/* X: execute only where somebody has it, or on directories */
	mode_t who;		/* which bits may change */
	mode_t bits;
};

static mode_t
current_umask(void)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	return mask;
}

static const char *
parse_who(const char *p, mode_t *who)
{
	for (*who = 0;; p++) {
		switch (*p) {
		case 'u':
			*who |= S_ISUID | S_IRWXU;
			break;
		case 'g':
			*who |= S_ISGID | S_IRWXG;
			break;
		case 'o':
			*who |= S_IRWXO;
			break;
		case 'a':
			*who |= ALL_BITS & ~S_ISVTX;
			break;
		default:
			return p;
		}
	}
}

/* The permissions after an operator. */
static const char *
parse_permissions(const char *p, struct command *c)
{
	if (*p == 'u' || *p == 'g' || *p == 'o') {
		c->copy = *p;
		return p + 1;
	}
	for (;; p++) {
		switch (*p) {
		case 'r':
			c->bits |= ANY(04);
			break;
		case 'w':
			c->bits |= ANY(02);
			break;
		case 'x':
			c->bits |= ANY(01);
			break;
		case 'X':
			c->conditional = true;
			break;
		case 's':
			c->bits |= S_ISUID | S_ISGID;
			break;
		case 't':
			c->bits |= S_ISVTX;
			c->who |= S_ISVTX;
			break;
		default:
			return p;
		}
	}
}

static struct command *
parse_octal(const char *text)
{
	struct command *set;
	char *end;
	long mode = strtol(text, &end, 8);

	if (*end != '\0' || mode < 0 || (mode & ~(long)ALL_BITS) != 0) {
		errno = EINVAL;
		return NULL;
	}
	set = calloc(2, sizeof(*set));
	if (set != NULL)
		set[0] = (struct command){ .op = '=', .who = ALL_BITS, .bits = (mode_t)mode };
	return set;
}

void *
setmode(const char *text)
{
	mode_t mask = current_umask(), who;
	struct command *set, *c;
	const char *p = text;

	if (isdigit((unsigned char)*text))
		return parse_octal(text);
	/* Every operation is at least one character. */
	set = c = calloc(strlen(text) + 1, sizeof(*set));
	if (set == NULL)
		return NULL;
	do {
		p = parse_who(p, &who);
		if (*p != '+' && *p != '-' && *p != '=')
			goto invalid;
		while (*p == '+' || *p == '-' || *p == '=') {
			c->op = *p;
			c->who = who != 0 ? who : (mode_t)(ALL_BITS & ~S_ISVTX & ~mask);
			p = parse_permissions(p + 1, c);
			c++;
		}
	} while (*p++ == ',');
	if (p[-1] != '\0')
		goto invalid;
	return set;

invalid:
	free(set);
	errno = EINVAL;
	return NULL;
}

static mode_t
copied(mode_t mode, char from)
{
	mode_t three = from == 'u' ? mode >> 6 : from == 'g' ? mode >> 3 : mode;

	three &= 07;
	return ANY(three);
}

mode_t
getmode(const void *commands, mode_t mode)
{
	const struct command *c;
	mode_t bits;

	for (c = commands; c->op != '\0'; c++) {
		bits = c->copy != '\0' ? copied(mode, c->copy) : c->bits;
		if (c->conditional && (S_ISDIR(mode) || (mode & ANY(01)) != 0))
			bits |= ANY(01);
		bits &= c->who;
		if (c->op == '-')
			mode &= ~bits;
		else if (c->op == '+')
			mode |= bits;
		else
			mode = (mode & ~c->who) | bits;
	}
	return mode;
}
