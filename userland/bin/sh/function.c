/*
 * Functions and the positional parameters.
 */
#include <stdlib.h>
#include <string.h>

#include "sh.h"

#define BUCKETS 32

static struct function *table[BUCKETS];
struct params params;
char *arg0;

static struct function **
bucket(const char *name)
{
	unsigned h = 5381;

	while (*name != '\0')
		h = h * 33 + (unsigned char)*name++;
	return &table[h % BUCKETS];
}

struct function *
function_find(const char *name)
{
	struct function *f = *bucket(name);

	while (f != NULL && strcmp(f->name, name) != 0)
		f = f->next;
	return f;
}

void
function_define(const char *name, struct node *definition)
{
	struct function *f = function_find(name), **head;

	program_hold(definition->program);
	if (f != NULL)
		program_release(f->program);
	else {
		f = xmalloc(sizeof(*f));
		f->name = xstrdup(name);
		head = bucket(name);
		f->next = *head;
		*head = f;
	}
	f->body = definition->first;
	f->program = definition->program;
}

bool
function_unset(const char *name)
{
	struct function **link = bucket(name), *f;

	while ((f = *link) != NULL && strcmp(f->name, name) != 0)
		link = &f->next;
	if (f == NULL)
		return false;
	*link = f->next;
	program_release(f->program);
	free(f->name);
	free(f);
	return true;
}

void
functions_clear(void)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		while (table[i] != NULL)
			function_unset(table[i]->name);
	}
}

char **
function_names(size_t *count)
{
	struct strings names = { 0 };

	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct function *f = table[i]; f != NULL; f = f->next)
			strings_add(&names, f->name);
	}
	strings_sort(names.v, names.n);
	*count = names.n;
	return names.v;
}

/* One allocation: the vector, then the strings. `v` may be the parameters themselves. */
void
params_set(char *const *v, size_t n)
{
	size_t size = (n + 1) * sizeof(char *);
	char **vector, *text, *old = params.allocated;

	for (size_t i = 0; i < n; i++)
		size += strlen(v[i]) + 1;
	params.allocated = xmalloc(size);
	vector = (char **)(void *)params.allocated;
	text = params.allocated + (n + 1) * sizeof(char *);
	for (size_t i = 0; i < n; i++) {
		size_t length = strlen(v[i]) + 1;

		vector[i] = memcpy(text, v[i], length);
		text += length;
	}
	vector[n] = NULL;
	params.v = vector;
	params.n = n;
	params.optoff = 0;
	free(old);
}

void
params_shift(size_t by)
{
	params.v += by;
	params.n -= by;
	params.optoff = 0;
}

static void
restore_params(void *saved)
{
	free(params.allocated);
	params = *(struct params *)saved;
}

/* Run a function with these arguments, argv[0] being its name. */
int
call_function(struct function *f, char **argv, size_t argc)
{
	struct params saved = params;
	struct cleanup back, release;
	struct scope scope;
	struct program *program = f->program;
	struct node *body = f->body;
	int loops = loop_depth;

	check_stack();
	params = (struct params){ 0 };
	push_cleanup(&back, restore_params, &saved);
	params_set(argv + 1, argc - 1);
	/* It may redefine itself while it runs. */
	program_hold(program);
	push_cleanup(&release, program_release, program);
	scope_begin(&scope);
	loop_depth = 0;
	function_depth++;
	exec_node(body, 0);
	function_depth--;
	loop_depth = loops;
	if (skip == SKIP_RETURN)
		skip = SKIP_NONE;
	scope_end(&scope);
	pop_cleanup(&release);
	pop_cleanup(&back);
	return exit_status;
}
