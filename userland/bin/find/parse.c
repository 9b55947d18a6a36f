/*
 * The expression.
 */
#include "find.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **token;
static bool acts;	/* something is done with files, so they need not be printed */

static struct node *either(void);

static struct node *
new_node(enum kind kind, struct node *a, struct node *b)
{
	struct node *n = need(calloc(1, sizeof(*n)));

	n->kind = kind;
	n->a = a;
	n->b = b;
	return n;
}

static bool
next_is(const char *text)
{
	return *token != NULL && strcmp(*token, text) == 0;
}

static const char *
argument(const char *primary)
{
	if (*token == NULL)
		errx(1, "%s wants an argument", primary);
	return *token++;
}

/* n, +n or -n, and what is after the digits. */
static const char *
number(struct node *n, const char *primary, const char *text)
{
	const char *p = text;
	char *end;

	n->sign = *p == '+' ? 1 : *p == '-' ? -1 : 0;
	p += n->sign != 0;
	errno = 0;
	n->number = strtoll(p, &end, 10);
	if (!isdigit((unsigned char)*p) || errno != 0)
		errx(1, "%s: %s: not a number", primary, text);
	return end;
}

static void
plain_number(struct node *n, const char *primary, const char *text)
{
	if (*number(n, primary, text) != '\0')
		errx(1, "%s: %s: not a number", primary, text);
}

static void
parse_size(struct node *n, const char *text)
{
	static const char letters[] = "bckMG";
	static const long long units[] = { 512, 1, 1LL << 10, 1LL << 20, 1LL << 30 };
	const char *end = number(n, "-size", text), *letter;

	n->unit = 512;
	if (*end == '\0')
		return;
	letter = strchr(letters, *end);
	if (letter == NULL || end[1] != '\0')
		errx(1, "-size: %s: no such unit", text);
	n->unit = units[letter - letters];
}

static void
parse_mode(struct node *n, const char *text)
{
	void *set;

	if (*text == '-' || *text == '/') {
		n->sign = *text == '-' ? -1 : 1;
		text++;
	}
	if ((set = setmode(text)) == NULL)
		errx(1, "-perm: %s: not a mode", text);
	n->mode = getmode(set, 0);
	free(set);
}

/* A name, or else a number. */
static void
parse_owner(struct node *n, const char *text)
{
	struct passwd *pw = n->kind == USER ? getpwnam(text) : NULL;
	struct group *gr = n->kind == GROUP ? getgrnam(text) : NULL;

	if (pw != NULL)
		n->number = pw->pw_uid;
	else if (gr != NULL)
		n->number = gr->gr_gid;
	else if (isdigit((unsigned char)text[*text == '+' || *text == '-']))
		plain_number(n, n->kind == USER ? "-user" : "-group", text);
	else
		errx(1, "%s: no such %s", text, n->kind == USER ? "user" : "group");
}

static void
parse_command(struct node *n, const char *primary)
{
	struct command *c = &n->command;

	c->argv = token;
	for (; *token != NULL && strcmp(*token, ";") != 0; token++) {
		if (n->kind == EXEC && strcmp(*token, "+") == 0 && c->count > 1 && strcmp(token[-1], "{}") == 0) {
			n->kind = EXEC_MANY;
			c->count--;
			break;
		}
		c->count++;
	}
	if (*token == NULL)
		errx(1, "%s: no ; or + at the end", primary);
	if (c->count == 0)
		errx(1, "%s: no command", primary);
	token++;
}

static const struct {
	const char *name;
	enum kind kind;
	long long unit;
} primaries[] = {
	{ "-atime", ACCESSED, 86400 }, { "-ctime", CHANGED, 86400 }, { "-delete", DELETE, 0 },
	{ "-amin", ACCESSED, 60 }, { "-cmin", CHANGED, 60 }, { "-empty", EMPTY, 0 }, { "-exec", EXEC, 0 },
	{ "-false", FALSE, 0 }, { "-group", GROUP, 0 }, { "-iname", NAME, 1 }, { "-inum", INODE, 0 },
	{ "-ipath", PATH, 1 }, { "-links", LINKS, 0 }, { "-ls", LIST, 0 }, { "-mmin", MODIFIED, 60 },
	{ "-mtime", MODIFIED, 86400 }, { "-name", NAME, 0 }, { "-newer", NEWER, 0 }, { "-nogroup", NO_GROUP, 0 },
	{ "-nouser", NO_USER, 0 }, { "-ok", OK, 0 }, { "-path", PATH, 0 }, { "-perm", PERM, 0 },
	{ "-print", PRINT, 0 }, { "-print0", PRINT0, 0 }, { "-prune", PRUNE, 0 }, { "-quit", QUIT, 0 },
	{ "-size", SIZE, 0 }, { "-true", TRUE, 0 }, { "-type", TYPE, 0 }, { "-user", USER, 0 },
};

/* What a primary takes. */
static void
complete(struct node *n, const char *name)
{
	struct stat st;

	switch (n->kind) {
	case NAME:
	case PATH:
		n->fold = n->unit != 0;
		n->text = argument(name);
		break;
	case TYPE:
		n->text = argument(name);
		if (strlen(n->text) != 1 || strchr("bcdflps", n->text[0]) == NULL)
			errx(1, "-type: %s: no such type", n->text);
		break;
	case SIZE: parse_size(n, argument(name)); break;
	case MODIFIED: case ACCESSED: case CHANGED: case LINKS: case INODE:
		plain_number(n, name, argument(name));
		break;
	case NEWER:
		n->text = argument(name);
		if (stat(n->text, &st) == -1)
			err(1, "%s", n->text);
		n->time = st.st_mtim;
		break;
	case PERM: parse_mode(n, argument(name)); break;
	case USER:
	case GROUP: parse_owner(n, argument(name)); break;
	case EXEC:
	case OK:
		parse_command(n, name);
		acts = true;
		break;
	case DELETE:
		settings.depth_first = true;
		acts = true;
		break;
	case PRINT:
	case PRINT0:
	case LIST: acts = true; break;
	default: break;
	}
}

/* Options are true wherever they stand, and count for the whole walk. */
static bool
option(const char *name)
{
	struct node n;

	if (strcmp(name, "-depth") == 0 || strcmp(name, "-d") == 0)
		settings.depth_first = true;
	else if (strcmp(name, "-xdev") == 0 || strcmp(name, "-mount") == 0)
		settings.same_device = true;
	else if (strcmp(name, "-mindepth") == 0 || strcmp(name, "-maxdepth") == 0) {
		plain_number(&n, name, argument(name));
		if (n.sign != 0)
			errx(1, "%s: a plain number is wanted", name);
		*(name[2] == 'i' ? &settings.min_depth : &settings.max_depth) = (long)n.number;
	} else
		return false;
	return true;
}

static struct node *
primary(void)
{
	const char *name;
	struct node *n;

	if (*token == NULL)
		errx(1, "the expression is not complete");
	name = *token++;
	if (strcmp(name, "(") == 0) {
		n = either();
		if (!next_is(")"))
			errx(1, "( without )");
		token++;
		return n;
	}
	if (strcmp(name, "!") == 0 || strcmp(name, "-not") == 0)
		return new_node(NOT, primary(), NULL);
	if (option(name))
		return new_node(TRUE, NULL, NULL);
	for (size_t i = 0; i < sizeof(primaries) / sizeof(primaries[0]); i++)
		if (strcmp(primaries[i].name, name) == 0) {
			n = new_node(primaries[i].kind, NULL, NULL);
			n->unit = primaries[i].unit;
			complete(n, name);
			return n;
		}
	errx(1, "%s: unknown", name);
}

static struct node *
both(void)
{
	struct node *n = primary();

	while (*token != NULL && !next_is("-o") && !next_is("-or") && !next_is(")") && !next_is(",")) {
		if (next_is("-a") || next_is("-and"))
			token++;
		n = new_node(AND, n, primary());
	}
	return n;
}

static struct node *
either(void)
{
	struct node *n = both();

	while (next_is("-o") || next_is("-or") || next_is(",")) {
		enum kind kind = **token == ',' ? COMMA : OR;

		token++;
		n = new_node(kind, n, both());
	}
	return n;
}

struct node *
parse(char **tokens)
{
	struct node *n;

	token = tokens;
	n = *token == NULL ? new_node(TRUE, NULL, NULL) : either();
	if (*token != NULL)
		errx(1, "%s: unexpected", *token);
	return acts ? n : new_node(AND, n, new_node(PRINT, NULL, NULL));
}
