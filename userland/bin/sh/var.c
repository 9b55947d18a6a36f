/*
 * Variables.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

#define BUCKETS 64

static struct var *table[BUCKETS];
struct scope *function_scope;

static struct var **
bucket(const char *name)
{
	unsigned h = 5381;

	while (*name != '\0')
		h = h * 33 + (unsigned char)*name++;
	return &table[h % BUCKETS];
}

size_t
name_length(const char *s)
{
	size_t n = 0;

	if (*s != '_' && !isalpha((unsigned char)*s))
		return 0;
	while (s[n] == '_' || isalnum((unsigned char)s[n]))
		n++;
	return n;
}

bool
is_name(const char *s, size_t length)
{
	return length > 0 && name_length(s) == length;
}

struct var *
var_find(const char *name)
{
	struct var *v;

	for (v = *bucket(name); v != NULL; v = v->next) {
		if (strcmp(v->name, name) == 0)
			return v;
	}
	return NULL;
}

const char *
var_get(const char *name)
{
	struct var *v = var_find(name);

	return v == NULL ? NULL : v->value;
}

static struct var *
var_make(const char *name)
{
	struct var *v = var_find(name), **head;

	if (v != NULL)
		return v;
	v = xmalloc(sizeof(*v));
	memset(v, 0, sizeof(*v));
	v->name = xstrdup(name);
	head = bucket(name);
	v->next = *head;
	*head = v;
	return v;
}

/* Some variables' values are needed elsewhere. */
static void
changed(const char *name)
{
	if (strcmp(name, "PATH") == 0)
		hash_clear();
	else if (strcmp(name, "OPTIND") == 0)
		params.optoff = 0;
}

/* Set a variable, whatever its flags; a null value leaves it as it is. */
static void
store(struct var *v, const char *value, int flags)
{
	if (value != NULL) {
		char *copy = xstrdup(value);

		free(v->value);
		v->value = copy;
		changed(v->name);
	}
	v->flags |= flags;
}

bool
var_try_set(const char *name, const char *value, int flags)
{
	struct var *v = var_make(name);

	if (v->flags & VAR_READONLY && value != NULL) {
		complain("%s: is read only", name);
		return false;
	}
	if (options[OPT_ALLEXPORT] && value != NULL)
		flags |= VAR_EXPORT;
	store(v, value, flags);
	return true;
}

void
var_set(const char *name, const char *value, int flags)
{
	if (!var_try_set(name, value, flags))
		raise_error(STATUS_ERROR);
}

void
var_set_number(const char *name, intmax_t value)
{
	var_set(name, temp_number(value), 0);
}

/* NAME=value */
void
var_assign(const char *assignment, int flags)
{
	size_t length = name_length(assignment);

	var_set(arena_strndup(&temporary, assignment, length), assignment + length + 1, flags);
}

void
var_unset(const char *name)
{
	struct var *v = var_find(name);

	if (v == NULL)
		return;
	if (v->flags & VAR_READONLY)
		fatal("%s: is read only", name);
	free(v->value);
	v->value = NULL;
	v->flags = 0;
	changed(name);
}

/* The names of variables that have all these flags, and of those with values if no flags are asked for. */
char **
var_names(int flags, size_t *count)
{
	struct strings names = { 0 };

	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct var *v = table[i]; v != NULL; v = v->next) {
			if ((v->flags & flags) == flags && (v->value != NULL || flags != 0))
				strings_add(&names, v->name);
		}
	}
	strings_sort(names.v, names.n);
	*count = names.n;
	return names.v;
}

char **
environment(void)
{
	struct strings list = { 0 };

	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct var *v = table[i]; v != NULL; v = v->next) {
			if (v->flags & VAR_EXPORT && v->value != NULL)
				strings_add(&list, temp_printf("%s=%s", v->name, v->value));
		}
	}
	if (list.n == 0) {
		strings_add(&list, NULL);
		list.n = 0;
	}
	return list.v;
}

/* For a script without #!: it starts as a new shell would. */
void
var_drop_unexported(void)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct var *v = table[i]; v != NULL; v = v->next) {
			v->flags &= ~VAR_READONLY;
			if (!(v->flags & VAR_EXPORT))
				var_unset(v->name);
		}
	}
}

void
var_init(char **env)
{
	for (; *env != NULL; env++) {
		size_t length = name_length(*env);

		if (length > 0 && (*env)[length] == '=')
			var_assign(*env, VAR_EXPORT);
	}
	var_set("IFS", " \t\n", 0);
	var_find("IFS")->flags = 0;
	var_set("OPTIND", "1", 0);
	var_find("OPTIND")->flags = 0;
	var_set("PS4", "+ ", 0);
	if (var_get("PS2") == NULL)
		var_set("PS2", "> ", 0);
	if (var_get("PS1") == NULL)
		var_set("PS1", geteuid() == 0 ? "# " : "$ ", 0);
	if (var_get("PATH") == NULL)
		var_set("PATH", standard_path, 0);
	var_set("PPID", temp_number(getppid()), 0);
}

static void
restore(void *argument)
{
	struct scope *scope = argument;
	struct saved_var *s, *next;

	function_scope = scope->outer;
	for (s = scope->saved; s != NULL; s = next) {
		struct var *v = var_make(s->name);

		next = s->next;
		free(v->value);
		v->value = s->value;
		v->flags = s->flags;
		changed(s->name);
		free(s->name);
		free(s);
	}
	scope->saved = NULL;
}

/* From here to scope_end, what is saved will be restored. */
void
scope_begin(struct scope *scope)
{
	scope->saved = NULL;
	scope->outer = function_scope;
	function_scope = scope;
	push_cleanup(&scope->cleanup, restore, scope);
}

void
scope_end(struct scope *scope)
{
	pop_cleanup(&scope->cleanup);
}

void
scope_save(struct scope *scope, const char *name)
{
	struct saved_var *s;
	struct var *v = var_find(name);

	for (s = scope->saved; s != NULL; s = s->next) {
		if (strcmp(s->name, name) == 0)
			return;
	}
	s = xmalloc(sizeof(*s));
	s->name = xstrdup(name);
	s->value = v == NULL || v->value == NULL ? NULL : xstrdup(v->value);
	s->flags = v == NULL ? 0 : v->flags;
	s->next = scope->saved;
	scope->saved = s;
}
