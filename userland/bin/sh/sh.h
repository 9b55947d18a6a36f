/*
 * sh: what the shell's files know of each other.
 *
 *	input.c		where characters come from
 *	lexer.c word.c	characters to tokens and words
 *	parser.c program.c	tokens to a tree
 *	exec.c command.c redirect.c	the tree, carried out
 *	expand.c param.c fields.c glob.c pattern.c arith.c	words to arguments
 *	var.c function.c options.c	what the shell remembers
 *	jobs.c wait.c trap.c	processes and signals
 *	edit.c edit_screen.c history.c complete.c	typing on a terminal
 *	b_*.c		built-in commands
 */
#ifndef SH_H
#define SH_H

#include <sys/types.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define nitems(a)	(sizeof(a) / sizeof((a)[0]))

enum {
	STATUS_ERROR = 2,		/* the shell's own errors */
	STATUS_CANNOT_EXECUTE = 126,
	STATUS_NOT_FOUND = 127,
	STATUS_SIGNALLED = 128,		/* plus the signal's number */
};

/*
 * memory.c. Parse trees and the results of expansion live in arenas: they are freed together, whatever way
 * the code that made them is left.
 */
struct chunk;
struct arena {
	struct chunk *top;
};
struct mark {
	struct chunk *chunk;
	size_t used;
};

extern struct arena temporary;		/* for as long as the present command */

void *xmalloc(size_t);
void *xrealloc(void *, size_t);
char *xstrdup(const char *);
void *arena_alloc(struct arena *, size_t);
char *arena_strndup(struct arena *, const char *, size_t);
void arena_free(struct arena *);
void *temp_alloc(size_t);
char *temp_strdup(const char *);
char *temp_printf(const char *, ...) __attribute__((format(printf, 1, 2)));
char *temp_number(intmax_t);
struct mark temp_mark(void);
void temp_release(struct mark);

struct buf {				/* a string that grows, in the temporary arena */
	char *s;
	size_t len, cap;
};
void buf_putc(struct buf *, char);
void buf_put(struct buf *, const char *, size_t);
void buf_puts(struct buf *, const char *);
char *buf_string(struct buf *);

struct strings {			/* a list that grows, likewise; always ends with a null pointer */
	char **v;
	size_t n, cap;
};
void strings_add(struct strings *, char *);
void strings_sort(char **, size_t);

/*
 * error.c. An error in the shell itself unwinds to the innermost handler; on the way the cleanups that were
 * pushed since are run. Without a handler the shell exits.
 */
struct cleanup {
	struct cleanup *outer;
	void (*undo)(void *);
	void *argument;
};
struct handler {
	jmp_buf env;
	struct handler *outer;
	struct cleanup *cleanups;
	struct mark mark;
	int tested, loop_depth, function_depth;
};

void push_cleanup(struct cleanup *, void (*)(void *), void *);
void pop_cleanup(struct cleanup *);		/* and run it */
void drop_cleanup(struct cleanup *);		/* and do not */
void push_handler(struct handler *);		/* then setjmp(h->env) */
void pop_handler(struct handler *);
void forget_handlers(void);			/* in a child, which unwinds nothing */
void raise_error(int status) __attribute__((noreturn));
void raise_to_prompt(int status) __attribute__((noreturn));	/* past all handlers but the prompt's */
extern bool to_prompt;
void fatal(const char *, ...) __attribute__((noreturn, format(printf, 1, 2)));
void complain(const char *, ...) __attribute__((format(printf, 1, 2)));
void check_stack(void);

/* output.c. The built-ins' standard output. */
void out_char(int);
void out_str(const char *);
void out_mem(const char *, size_t);
void out_printf(const char *, ...) __attribute__((format(printf, 1, 2)));
void out_quoted(const char *);
bool out_flush(void);				/* false if something could not be written since the last */
void out_discard(void);
bool needs_quotes(const char *);
char *quoted(const char *);
bool write_all(int, const char *, size_t);

/* The tree. */
struct program;

enum part_type {
	PART_TEXT,
	PART_PARAM,
	PART_COMMAND,
	PART_ARITH,
};
enum param_op {
	OP_NONE,
	OP_BAD,
	OP_LENGTH,
	OP_DEFAULT,
	OP_ASSIGN,
	OP_ERROR,
	OP_ALTERNATIVE,
	OP_PREFIX,
	OP_LONG_PREFIX,
	OP_SUFFIX,
	OP_LONG_SUFFIX,
};
struct part {
	struct part *next;
	enum part_type type;
	enum param_op op;
	bool quoted;
	bool colon;
	char *text;			/* of PART_TEXT; the parameter's name */
	size_t length;
	struct word *word;		/* of the operator; the arithmetic expression */
	struct node *command;
};
struct word {
	struct word *next;
	struct part *parts;
	bool assignment;		/* has the form NAME=... */
};

enum redir_type {
	REDIR_IN,
	REDIR_OUT,
	REDIR_CLOBBER,
	REDIR_APPEND,
	REDIR_READWRITE,
	REDIR_DUP_IN,
	REDIR_DUP_OUT,
	REDIR_HERE,
};
struct redir {
	struct redir *next;
	enum redir_type type;
	int fd;
	struct word *word;		/* the file, or the here-document */
};

enum node_type {
	NODE_SIMPLE,
	NODE_PIPE,
	NODE_AND,
	NODE_OR,
	NODE_LIST,
	NODE_SUBSHELL,
	NODE_GROUP,
	NODE_IF,
	NODE_WHILE,
	NODE_UNTIL,
	NODE_FOR,
	NODE_CASE,
	NODE_FUNCTION,
};
struct case_item {
	struct case_item *next;
	struct word *patterns;
	struct node *body;
	bool fall_through;		/* ended by ;& */
};
struct node {
	enum node_type type;
	int line;
	bool background;		/* in a NODE_LIST: run without waiting */
	bool bang;			/* of NODE_PIPE */
	bool has_in;			/* of NODE_FOR */
	struct node *next;		/* in a list or pipeline */
	struct redir *redirs;
	struct program *program;
	size_t start, end;		/* where its text is in the program's source */
	char *name;			/* of a function, or of for's variable */
	struct word *assignments;
	struct word *words;		/* arguments; what for goes through; case's subject */
	struct node *first, *second, *third;	/* operands; condition, body and else part */
	struct case_item *items;
};

struct program {			/* a complete command, with the memory it is in */
	struct arena arena;
	int references;
	char *source;
	size_t source_length;
	struct node *root;
};
void program_hold(struct program *);
void program_release(void *);
char *node_text(const struct node *);		/* temporary */

/* input.c */
struct alias;
void input_push_string(const char *text, struct alias *, bool barrier);
void input_push_fd(int fd, bool interactive);
void input_pop(void *);
void input_reset(void);				/* after an error: the rest of the line is not wanted */
int input_getc(void);
void input_ungetc(int);
int input_line(void);
bool input_interactive(void);
bool input_at_end(void);
bool input_is_blank(void);
void input_clear_end(void);
void input_close_all(void);
size_t input_recorded(void);
char *input_record_take(size_t *);
void input_record_start(void);
extern bool alias_blank;			/* an alias that ends in a blank has just ended */
extern int prompt_level;			/* 1 or 2: PS1 or PS2 is next; 0: none */

/* lexer.c, word.c, parser.c */
enum token_type {
	TOK_EOF,
	TOK_NEWLINE,
	TOK_WORD,
	TOK_IO_NUMBER,
	TOK_SEMI, TOK_DSEMI, TOK_SEMI_AND,
	TOK_AMP, TOK_AND_IF,
	TOK_PIPE, TOK_OR_IF,
	TOK_LPAREN, TOK_RPAREN,
	TOK_LESS, TOK_GREAT, TOK_DGREAT, TOK_CLOBBER,
	TOK_LESSAND, TOK_GREATAND, TOK_LESSGREAT,
	TOK_DLESS, TOK_DLESSDASH,
};
struct token {
	enum token_type type;
	struct word *word;
	const char *plain;		/* the word's text, if no part of it is quoted or expanded */
	int number;
	int line;
	size_t start, end;
};
struct here_doc {
	struct here_doc *next;
	struct redir *redir;
	char *delimiter;
	bool strip_tabs, quoted;
};
struct lexer {				/* saved and begun afresh for a command within a word */
	struct token token;
	bool have_token;
	size_t last_end;
	struct here_doc *here_docs;
};
extern struct lexer lexer;
extern struct arena *parse_arena;
extern struct program *parse_program;

struct token *peek_token(bool command_position);
void next_token(void);
int lex_getc(void);
const char *token_name(const struct token *);
const char *plain_text(const struct word *);
struct word *read_word(int first);
struct word *read_here_word(const char *text);
struct word *read_until_brace(bool quoted, bool pattern);
void syntax_error(const char *, ...) __attribute__((noreturn, format(printf, 1, 2)));
bool is_reserved(const char *);
struct program *parse_complete_command(void);	/* null at the end of input */
struct node *parse_substitution(void);		/* up to the closing parenthesis */
struct node *parse_list(bool one_line);
struct node *parse_all(void);			/* up to the end of a barrier's input */
void *parse_alloc(size_t);

/* expand.c, param.c, fields.c, glob.c, pattern.c, arith.c */
enum {
	CH_QUOTED = 1,			/* stands for itself */
	CH_SPLIT = 2,			/* from an expansion: IFS applies */
	CH_EMPTY = 4,			/* no character: something quoted and empty was here */
	CH_BREAK = 8,			/* no character: the boundary between two of "$@" */
};
struct expansion {			/* characters, and what each of them is */
	struct buf text, flags;
	bool split;			/* fields are wanted */
	bool assignment;		/* tildes are expanded after colons as well */
};
char **expand_words(const struct word *, size_t *count);
void expand_word_into(const struct word *, struct strings *);
char *expand_single(const struct word *);	/* neither split nor globbed */
char *expand_assignment(const struct word *);	/* NAME=value */
char *expand_pattern(const struct word *);	/* what was quoted is escaped */
char *expand_prompt(const char *name);
void expand_parts(struct expansion *, const struct word *, bool operand);
void expand_param(struct expansion *, const struct part *);
void ex_put(struct expansion *, const char *, size_t, int flags);
void ex_char(struct expansion *, int c, int flags);
void make_fields(const struct expansion *, struct strings *);
char *flat_string(const struct expansion *);
char *flat_pattern(const char *text, const char *flags, size_t length);
const char *ifs_value(void);
bool glob_field(const char *pattern, struct strings *);
bool has_magic(const char *pattern);
bool pattern_match(const char *pattern, const char *text);
size_t pattern_trim(const char *pattern, const char *text, bool suffix, bool longest);
char *pattern_unescape(const char *);
intmax_t arith(const char *);
bool parse_integer(const char *, intmax_t *);

/* var.c */
enum {
	VAR_EXPORT = 1,
	VAR_READONLY = 2,
};
struct var {
	struct var *next;
	char *name;
	char *value;			/* null if unset */
	int flags;
};
void var_init(char **environment);
struct var *var_find(const char *);
const char *var_get(const char *);		/* null if unset */
void var_set(const char *name, const char *value, int flags);
bool var_try_set(const char *name, const char *value, int flags);
void var_set_number(const char *name, intmax_t);
void var_unset(const char *);
void var_assign(const char *assignment, int flags);
bool is_name(const char *, size_t);
size_t name_length(const char *);
char **environment(void);			/* temporary */
char **var_names(int flags, size_t *);		/* temporary, sorted */
void var_drop_unexported(void);

struct saved_var {
	struct saved_var *next;
	char *name, *value;
	int flags;
};
struct scope {				/* variables to be restored at its end */
	struct scope *outer;
	struct saved_var *saved;
	struct cleanup cleanup;
};
extern struct scope *function_scope;
void scope_begin(struct scope *);
void scope_end(struct scope *);
void scope_save(struct scope *, const char *name);

/* function.c: functions and positional parameters */
struct function {
	struct function *next;
	char *name;
	struct node *body;
	struct program *program;
};
struct function *function_find(const char *);
void function_define(const char *, struct node *);
bool function_unset(const char *);
void functions_clear(void);
char **function_names(size_t *);
int call_function(struct function *, char **argv, size_t argc);

struct params {
	char **v;			/* allocated, as are the strings */
	size_t n;
	size_t optoff;			/* getopts: how far it is in an argument */
	char *allocated;
};
extern struct params params;
extern char *arg0;
void params_set(char *const *, size_t);
void params_shift(size_t);

/* options.c */
enum option {
	OPT_ALLEXPORT, OPT_NOTIFY, OPT_NOCLOBBER, OPT_ERREXIT, OPT_NOGLOB, OPT_HASHALL, OPT_INTERACTIVE,
	OPT_MONITOR, OPT_NOEXEC, OPT_STDIN, OPT_NOUNSET, OPT_VERBOSE, OPT_XTRACE, OPT_COMMAND,
	OPT_IGNOREEOF, OPT_EMACS, OPT_VI, OPT_NOLOG, OPT_PIPEFAIL, OPT_COUNT
};
extern bool options[OPT_COUNT];
struct invocation {			/* what only the command line may say */
	bool command, login;
};
size_t options_parse(char **argv, struct invocation *, bool *dashes);
char *options_letters(void);

/* exec.c */
enum skip { SKIP_NONE, SKIP_BREAK, SKIP_CONTINUE, SKIP_RETURN };
enum { EXEC_LAST = 1 };			/* nothing follows: this process need not survive the command */
extern enum skip skip;
extern int skip_count, loop_depth, function_depth;
extern int tested;			/* in a condition, where set -e does not apply */
extern int exit_status;			/* $? */
extern int exec_line;
int exec_node(struct node *, int flags);
int exec_node_tested(struct node *);
int exec_string(const char *, int flags);
int exec_input(int flags);		/* all of the innermost input */
void exec_subshell(struct node *) __attribute__((noreturn));
bool in_subshell(void);
void enter_subshell(bool background);
void exit_shell(int status) __attribute__((noreturn));
char *command_output(struct node *);	/* of a command substitution; temporary */
extern int substitution_status;

/* command.c */
typedef int builtin_fn(int argc, char **argv);
enum { BUILTIN_SPECIAL = 1, BUILTIN_DECLARES = 2, BUILTIN_OVER_FUNCTION = 4 };
struct builtin {
	const char *name;
	builtin_fn *run;
	int flags;
};
int exec_simple(struct node *, int flags);
void exec_program(char **argv, const char *path, bool standard_path) __attribute__((noreturn));
int run_builtin(const struct builtin *, char **argv, size_t argc);
int run_builtin_guarded(const struct builtin *, char **argv, size_t argc);
const struct builtin *builtin_find(const char *);
const struct builtin *builtin_at(size_t);	/* null at the end */
char *find_program(const char *name, const char *path, int *why);
void hash_clear(void);
bool hash_forget(const char *);
void hash_print(void);
extern const char standard_path[];

/* redirect.c */
struct saved_fd {
	struct saved_fd *next;
	int fd, copy;			/* -1: it was closed */
};
struct redirection {
	struct saved_fd *saved;
	struct cleanup cleanup;
};
bool redirect(const struct redir *, struct redirection *);	/* null: for good. Complains if it fails */
void redirect_undo(struct redirection *);
int move_high(int fd);			/* out of the way of the user's, closed by exec */

/* jobs.c, wait.c */
enum process_state { PROCESS_RUNNING, PROCESS_STOPPED, PROCESS_DONE };
struct process {
	pid_t pid;
	int status;			/* as wait gives it */
	enum process_state state;
};
struct job {
	struct job *next;
	int number;
	pid_t pgid;			/* 0 without job control */
	bool foreground, changed, waited_for, has_modes;
	char *text;
	size_t n, cap;
	struct process *processes;
	unsigned long used;		/* when it last was the current one */
	struct termios *modes;
};
extern pid_t last_background;
extern bool job_control;
struct job *job_new(const char *text);
pid_t job_fork(struct job *, bool background);	/* 0 in the child, with its process group set */
int job_wait(struct job *);			/* in the foreground: the status */
void job_background(struct job *);
struct job *job_find(const char *spec, bool complain_if_absent);
struct job *job_of(pid_t);
struct job *job_current(int which);		/* 0: %+, 1: %- */
enum process_state job_state(const struct job *);
int job_status(const struct job *);
void job_print(const struct job *, bool to_terminal, int style);
void job_free(struct job *);
void jobs_notify(void);
void jobs_reap(void);
void jobs_forget(void);
bool jobs_set_control(bool);
bool jobs_stopped(void);
void job_resume(struct job *, bool foreground);
extern struct job *jobs;
pid_t wait_for_change(bool block);
int wait_interruptibly(bool (*done)(void *), void *);
int status_of(int wait_status);

/* trap.c */
void signals_interactive(void);		/* what is done with those of the terminal */
void traps_reset(void);			/* in a subshell */
void trap_run_pending(void);
bool trap_pending(void);
int trap_first_pending(void);
void trap_exit(void);
void signals_for_program(void);
void signals_ignore_keyboard(void);
int signal_number(const char *);	/* -1: no such */
const char *signal_name(int);		/* null: no such */
extern volatile sig_atomic_t interrupted;
void check_interrupt(void);
bool traps_any(void);

/* alias.c */
struct alias {
	struct alias *next;
	char *name, *value;
	bool in_use;
};
struct alias *alias_find(const char *);
char **alias_names(size_t *);

/* edit.c, history.c, complete.c */
bool edit_wanted(int fd);
bool edit_line(int fd, const char *prompt, struct buf *);	/* false at end of file */
void history_add(const char *);
const char *history_get(size_t back);		/* 1 is the latest */
size_t history_count(void);
struct strings complete(const char *line, size_t cursor, size_t *start, bool *is_file);

/* main.c */
extern pid_t shell_pid;
bool path_is_script(const char *);
void run_script_here(const char *path, char **argv) __attribute__((noreturn));

/* cd.c */
void cwd_init(void);

#endif
