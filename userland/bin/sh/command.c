/*
 * Simple commands: finding and running them.
 */
#include <sys/stat.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

struct simple {				/* a simple command, expanded */
	struct node *node;
	char **argv;
	size_t argc;
	char **assignments;		/* NAME=value */
	size_t n_assignments;
	const char *path;		/* if PATH is among them */
};

/*
 * The command's words. The arguments of export and its kind that look like assignments are expanded as
 * assignments are.
 */
static void
expand_command(struct simple *s)
{
	struct strings words = { 0 };
	bool declares = false, named = false;

	for (const struct word *w = s->node->words; w != NULL; w = w->next) {
		if (w->assignment && declares)
			strings_add(&words, expand_assignment(w));
		else
			expand_word_into(w, &words);
		/* The command's name is the first word that is not `command`. */
		if (words.n > 0 && !named && strcmp(words.v[words.n - 1], "command") != 0) {
			const struct builtin *b = builtin_find(words.v[words.n - 1]);

			named = true;
			declares = b != NULL && b->flags & BUILTIN_DECLARES;
		}
	}
	s->argv = words.v;
	s->argc = words.n;
}

static void
trace(char *const *first, size_t n_first, char *const *second, size_t n_second)
{
	struct buf line = { 0 };

	buf_puts(&line, expand_prompt("PS4"));
	for (size_t i = 0; i < n_first + n_second; i++) {
		const char *word = i < n_first ? first[i] : second[i - n_first];

		if (i > 0)
			buf_putc(&line, ' ');
		buf_puts(&line, needs_quotes(word) && i >= n_first ? quoted(word) : word);
	}
	buf_putc(&line, '\n');
	write_all(STDERR_FILENO, line.s, line.len);
}

/* The assignments before a command's name. They are expanded when the redirections are in force. */
static void
expand_assignments(struct simple *s)
{
	struct strings assignments = { 0 };

	for (const struct word *w = s->node->assignments; w != NULL; w = w->next) {
		char *text = expand_assignment(w);

		strings_add(&assignments, text);
		if (strncmp(text, "PATH=", 5) == 0)
			s->path = text + 5;
	}
	s->assignments = assignments.v;
	s->n_assignments = assignments.n;
	if (options[OPT_XTRACE])
		trace(s->assignments, s->n_assignments, s->argv, s->argc);
}

/* Assignments and redirections, but no command. */
static int
exec_assignments(struct simple *s)
{
	struct redirection r;

	if (s->node->redirs != NULL) {
		if (!redirect(s->node->redirs, &r))
			return exit_status = STATUS_ERROR;
		redirect_undo(&r);
	}
	for (const struct word *w = s->node->assignments; w != NULL; w = w->next) {
		char *text = expand_assignment(w);

		if (options[OPT_XTRACE])
			trace(&text, 1, NULL, 0);
		var_assign(text, 0);
	}
	return exit_status = substitution_status;
}

static void
assign_all(const struct simple *s, struct scope *scope, int flags)
{
	for (size_t i = 0; i < s->n_assignments; i++) {
		if (scope != NULL) {
			size_t length = name_length(s->assignments[i]);

			scope_save(scope, arena_strndup(&temporary, s->assignments[i], length));
		}
		var_assign(s->assignments[i], flags);
	}
}

/* A function, or a built-in that is not special, for which the assignments are temporary. */
static int
exec_inside(struct simple *s, struct function *f, const struct builtin *b)
{
	struct redirection r;
	struct scope scope;

	if (!redirect(s->node->redirs, &r))
		return exit_status = STATUS_ERROR;
	expand_assignments(s);
	if (s->n_assignments > 0) {
		scope_begin(&scope);
		assign_all(s, &scope, VAR_EXPORT);
	}
	if (f != NULL)
		call_function(f, s->argv, s->argc);
	else
		run_builtin_guarded(b, s->argv, s->argc);
	if (s->n_assignments > 0)
		scope_end(&scope);
	redirect_undo(&r);
	return exit_status;
}

/* exec without a command keeps its redirections; `command exec` too. */
static bool
keeps_redirections(const struct simple *s)
{
	size_t last = s->argc - 1;

	for (size_t i = 0; i < last; i++) {
		if (strcmp(s->argv[i], "command") != 0 && strcmp(s->argv[i], "--") != 0)
			return false;
	}
	return strcmp(s->argv[last], "exec") == 0;
}

/* A special built-in: its assignments stay, and its errors are the shell's. */
static int
exec_special(struct simple *s, const struct builtin *b, bool keep)
{
	struct redirection r;

	if (!redirect(s->node->redirs, keep ? NULL : &r)) {
		if (b->flags & BUILTIN_SPECIAL)
			raise_error(STATUS_ERROR);
		return exit_status = STATUS_ERROR;
	}
	expand_assignments(s);
	assign_all(s, NULL, strcmp(s->argv[0], "exec") == 0 ? VAR_EXPORT : 0);
	if (b->flags & BUILTIN_SPECIAL)
		run_builtin(b, s->argv, s->argc);
	else
		run_builtin_guarded(b, s->argv, s->argc);
	if (!keep)
		redirect_undo(&r);
	return exit_status;
}

/* In the process that is to become the program. */
static void
become(struct simple *s, const char *path, bool redirected)
{
	if (!redirected && !redirect(s->node->redirs, NULL))
		exit_shell(STATUS_ERROR);
	assign_all(s, NULL, VAR_EXPORT);
	exec_program(s->argv, path, false);
}

/* May expanding these words change variables? */
static bool
may_assign(const struct redir *r)
{
	for (; r != NULL; r = r->next) {
		for (const struct part *p = r->word->parts; p != NULL; p = p->next) {
			if (p->type == PART_ARITH || (p->type == PART_PARAM && p->word != NULL))
				return true;
		}
	}
	return false;
}

/* What expansions change must be changed here and not in the child; those of assignments come last. */
static int
exec_external(struct simple *s, int flags)
{
	bool redirected = s->node->redirs != NULL && (s->node->assignments != NULL || may_assign(s->node->redirs));
	struct redirection r;
	const char *path = NULL;
	struct job *job;
	int why;

	if (redirected && !redirect(s->node->redirs, &r))
		return exit_status = STATUS_ERROR;
	expand_assignments(s);
	if (strchr(s->argv[0], '/') == NULL && s->path == NULL)
		path = find_program(s->argv[0], NULL, &why);
	if (flags & EXEC_LAST && !traps_any() && !options[OPT_INTERACTIVE]) {
		forget_handlers();
		become(s, path, redirected);
	}
	job = job_new(node_text(s->node));
	if (job_fork(job, false) == 0)
		become(s, path, redirected);
	if (redirected)
		redirect_undo(&r);
	return exit_status = job_wait(job);
}

int
exec_simple(struct node *n, int flags)
{
	struct simple s = { .node = n };
	struct mark mark = temp_mark();
	const struct builtin *b;
	struct function *f;

	exec_line = n->line;
	substitution_status = 0;
	expand_command(&s);
	if (s.argc == 0)
		exec_assignments(&s);
	else {
		b = builtin_find(s.argv[0]);
		f = b != NULL && b->flags & BUILTIN_SPECIAL ? NULL : function_find(s.argv[0]);
		if (f == NULL && b != NULL && (b->flags & BUILTIN_SPECIAL || keeps_redirections(&s)))
			exec_special(&s, b, keeps_redirections(&s));
		else if (f != NULL || b != NULL)
			exec_inside(&s, f, b);
		else
			exec_external(&s, flags);
	}
	temp_release(mark);
	return exit_status;
}

/* Run a built-in where an error in it is only its own: one that is not special, or after `command`. */
int
run_builtin_guarded(const struct builtin *b, char **argv, size_t argc)
{
	struct handler h;

	push_handler(&h);
	if (setjmp(h.env) != 0) {
		memset(&lexer, 0, sizeof(lexer));
		if (to_prompt)
			raise_error(exit_status);
		return exit_status;
	}
	run_builtin(b, argv, argc);
	pop_handler(&h);
	return exit_status;
}

int
run_builtin(const struct builtin *b, char **argv, size_t argc)
{
	exit_status = b->run((int)argc, argv);
	if (!out_flush()) {
		complain("%s: write error: %s", argv[0], strerror(errno));
		exit_status = 1;
	}
	return exit_status;
}

static int
exec_errno_status(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG ? STATUS_NOT_FOUND :
	    STATUS_CANNOT_EXECUTE;
}

/* Become a program. `path` is where it was found, or null to look for it. */
void
exec_program(char **argv, const char *path, bool use_standard_path)
{
	int why = STATUS_NOT_FOUND;

	if (strchr(argv[0], '/') != NULL)
		path = argv[0];
	else if (path == NULL)
		path = find_program(argv[0], use_standard_path ? standard_path : NULL, &why);
	if (path != NULL) {
		char **env = environment();

		signals_for_program();
		execve(path, argv, env);
		/* Where it was remembered to be, it may be no more. */
		if (errno == ENOENT && strchr(argv[0], '/') == NULL && hash_forget(argv[0]) &&
		    (path = find_program(argv[0], NULL, &why)) != NULL)
			execve(path, argv, env);
		if (path == NULL) {
			path = argv[0];
			errno = why == STATUS_NOT_FOUND ? ENOENT : EACCES;
		}
		if (errno == ENOEXEC && path_is_script(path))
			run_script_here(path, argv);
		why = exec_errno_status(errno);
	} else
		errno = why == STATUS_NOT_FOUND ? ENOENT : EACCES;
	complain("%s: %s", argv[0], why == STATUS_NOT_FOUND ? "not found" : strerror(errno));
	exit_shell(why);
}

/* Remembered places of programs. */
struct place {
	struct place *next;
	char *name, *path;
};

static struct place *places[32];

static struct place **
place_bucket(const char *name)
{
	unsigned h = 0;

	while (*name != '\0')
		h = h * 31 + (unsigned char)*name++;
	return &places[h % nitems(places)];
}

bool
hash_forget(const char *name)
{
	for (struct place **link = place_bucket(name), *p; (p = *link) != NULL; link = &p->next) {
		if (strcmp(p->name, name) != 0)
			continue;
		*link = p->next;
		free(p->name);
		free(p->path);
		free(p);
		return true;
	}
	return false;
}

void
hash_clear(void)
{
	for (size_t i = 0; i < nitems(places); i++) {
		while (places[i] != NULL)
			hash_forget(places[i]->name);
	}
}

void
hash_print(void)
{
	struct strings paths = { 0 };

	for (size_t i = 0; i < nitems(places); i++) {
		for (struct place *p = places[i]; p != NULL; p = p->next)
			strings_add(&paths, p->path);
	}
	strings_sort(paths.v, paths.n);
	for (size_t i = 0; i < paths.n; i++)
		out_printf("%s\n", paths.v[i]);
}

static void
remember(const char *name, const char *path)
{
	struct place *p = xmalloc(sizeof(*p)), **head = place_bucket(name);

	p->name = xstrdup(name);
	p->path = xstrdup(path);
	p->next = *head;
	*head = p;
}

/* Can this be executed? If not, `why` is made to say so. */
static bool
executable(const char *path, int *why)
{
	struct stat st;

	if (stat(path, &st) == -1 || !S_ISREG(st.st_mode))
		return false;
	if (access(path, X_OK) == 0 && (st.st_mode & 0111) != 0)
		return true;
	*why = STATUS_CANNOT_EXECUTE;
	return false;
}

/*
 * Look for a program in `path`, or in PATH. Null, and the status that this is, if it is not found. What was
 * found in a directory with an absolute name is remembered, and not looked at again.
 */
char *
find_program(const char *name, const char *path, int *why)
{
	bool ours = path == NULL;
	struct place *p;

	*why = STATUS_NOT_FOUND;
	if (*name == '\0')
		return NULL;
	if (strchr(name, '/') != NULL)
		return executable(name, why) ? temp_strdup(name) : NULL;
	for (p = ours ? *place_bucket(name) : NULL; p != NULL; p = p->next) {
		if (strcmp(p->name, name) == 0)
			return temp_strdup(p->path);
	}
	if (ours)
		path = var_get("PATH");
	if (path == NULL)
		path = standard_path;
	for (;;) {
		size_t length = strcspn(path, ":");
		char *candidate = length == 0 ? temp_strdup(name) : temp_printf("%.*s/%s", (int)length, path, name);

		if (executable(candidate, why)) {
			if (ours && *candidate == '/')
				remember(name, candidate);
			return candidate;
		}
		path += length;
		if (*path++ == '\0')
			return NULL;
	}
}
