/*
 * awk: what the parts share.
 *
 * lex.c makes tokens of the program, parse.c and expression.c a tree of nodes, run.c and eval.c walk the tree.
 * value.c has strings and numbers, array.c arrays, regex.c regular expressions, record.c the record and its
 * fields, stream.c files and pipes, builtin.c and format.c functions.
 *
 * A function that returns a value gives its caller a reference, which goes back with drop().
 */
#ifndef AWK_H
#define AWK_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct string {
	int references;
	size_t length;
	char text[];		/* ends in NUL, which does not count */
};

enum value_kind {
	UNSET,			/* both "" and 0 */
	NUMBER,
	STRING,
	INPUT,			/* a string from outside: a number if it looks like one */
};

struct value {
	enum value_kind kind;
	double number;
	struct string *string;
};

struct element {
	struct string *key;
	struct value value;
	struct element *hash_next, *before, *after;
	size_t hash;
};

struct array {
	struct element **table, *first, *last;
	size_t size, count;
};

/* A variable.  A parameter that was given a variable not yet used stands for that: it may become an array. */
struct cell {
	struct value value;
	struct array *array;
	struct cell *stands_for;
	bool owns_array;
};

enum {	/* variables with a meaning; others come after */
	V_NF, V_NR, V_FNR, V_FS, V_OFS, V_ORS, V_RS, V_FILENAME, V_SUBSEP, V_RSTART, V_RLENGTH, V_CONVFMT, V_OFMT,
	V_ENVIRON, V_ARGC, V_ARGV, V_COUNT,
};

enum node_kind {
	/* expressions */
	N_CONSTANT, N_REGEX, N_GLOBAL, N_LOCAL, N_FIELD, N_ELEMENT, N_ASSIGN, N_CONDITIONAL, N_AND, N_OR, N_NOT,
	N_MATCH, N_ARITHMETIC, N_NEGATE, N_PLUS, N_CONCAT, N_COMPARE, N_IN, N_BEFORE, N_AFTER, N_CALL, N_BUILTIN,
	N_GETLINE, N_GROUP, N_PAREN,
	/* statements */
	N_BLOCK, N_EXPRESSION, N_PRINT, N_PRINTF, N_IF, N_WHILE, N_DO, N_FOR, N_FOR_IN, N_BREAK, N_CONTINUE, N_NEXT,
	N_NEXTFILE, N_EXIT, N_RETURN, N_DELETE,
};

struct node {
	enum node_kind kind;
	int op;			/* operator, builtin, or number of a variable */
	struct node *a, *b, *c, *d;
	struct node *next;	/* in lists */
	struct value value;
	struct regex *regex;
	struct function *function;
};

struct function {
	char *name;
	char **parameters;
	int count;
	struct node *body;
	bool defined;
	struct function *next;
};

enum rule_kind { AT_BEGIN, AT_END, ALWAYS, PATTERN, RANGE };

struct rule {
	enum rule_kind kind;
	struct node *first, *last, *body;	/* no body: print */
	bool active;
	struct rule *next;
};

enum token {
	T_END, T_NEWLINE, T_NUMBER, T_STRING, T_NAME, T_CALL, T_BUILTIN,
	T_BEGIN, T_END_RULE, T_BREAK, T_CONTINUE, T_DELETE, T_DO, T_ELSE, T_EXIT, T_FOR, T_FUNCTION, T_GETLINE, T_IF,
	T_IN, T_NEXT, T_NEXTFILE, T_PRINT, T_PRINTF, T_RETURN, T_WHILE,
	T_AND, T_OR, T_EQ, T_NE, T_LE, T_GE, T_NO_MATCH, T_INCREMENT, T_DECREMENT, T_APPEND,
	T_ADD_ASSIGN, T_SUB_ASSIGN, T_MUL_ASSIGN, T_DIV_ASSIGN, T_MOD_ASSIGN, T_POW_ASSIGN,
	T_OTHER,		/* a character: see token_char */
};

enum builtin {
	F_ATAN2, F_CLOSE, F_COS, F_EXP, F_FFLUSH, F_GSUB, F_INDEX, F_INT, F_LENGTH, F_LOG, F_MATCH, F_RAND, F_SIN,
	F_SPLIT, F_SPRINTF, F_SQRT, F_SRAND, F_SUB, F_SUBSTR, F_SYSTEM, F_TOLOWER, F_TOUPPER,
};

/* main.c */
_Noreturn void fail(const char *, ...) __attribute__((__format__(__printf__, 1, 2)));
void *need(void *);

/* lex.c */
extern enum token token;
extern int token_char, token_line;
extern struct value token_value;	/* of numbers, strings; a regular expression's text */
extern char *token_name;
extern enum builtin token_builtin;
void lex_begin(const char *program);
void next_token(void);
void lex_regex(void);		/* the token was / or /=: read a regular expression instead */
struct string *unescape(const char *, size_t);

/* parse.c, expression.c */
extern struct rule *rules;
extern struct function *functions, *current_function;
void parse_program(void);
_Noreturn void syntax(const char *);
bool is_char(int);
bool accept_char(int);
void expect_char(int);
void skip_newlines(void);
struct node *new_node(enum node_kind, int op, struct node *a, struct node *b, struct node *c);
struct function *find_function(const char *);
void begin_globals(void);
int global_number(const char *);
struct node *parse_expression(void);
struct node *parse_print_expression(void);	/* > is redirection */
struct node *parse_print_target(void);
struct node *parse_name(void);
bool is_lvalue(const struct node *);

/* value.c */
struct string *new_string(const char *, size_t);
struct value number_value(double);
struct value string_value(struct string *);	/* takes the reference */
struct value input_value(const char *, size_t);
struct value copy(struct value);
void drop(struct value);
double to_number(const struct value *);
struct string *to_string(const struct value *, int format_variable);	/* a new reference */
void release(struct string *);
bool to_bool(const struct value *);
bool is_numeric(const struct value *);
int compare(const struct value *, const struct value *);

/* array.c */
struct array *new_array(void);
struct element *find_element(struct array *, struct string *key, bool create);
void delete_element(struct array *, struct string *key);
void clear_array(struct array *);

/* regex.c */
struct regex *compile_regex(const char *, size_t);	/* remembered: not to be freed */
bool regex_match(struct regex *, const char *, size_t from, size_t length, regmatch_t *);

/* record.c */
void set_record(struct string *);	/* takes the reference */
struct value get_field(long);
void set_field(long, struct value);	/* takes the reference */
void field_count_changed(void);
void count_fields(void);
long split(const struct string *, struct array *, const struct value *separator, struct regex *);

/* stream.c */
enum stream_kind { TO_FILE, TO_APPEND, TO_PIPE, FROM_FILE, FROM_PIPE };
struct reader;
FILE *output_stream(enum stream_kind, const char *name);
struct reader *input_stream(enum stream_kind, const char *name);
struct string *read_record(struct reader *);	/* NULL at the end */
struct string *next_main_record(void);		/* of the files in ARGV */
void skip_file(void);
int close_stream(const char *name);
bool flush_stream(const char *name);		/* NULL: all */
void close_all_streams(void);
void assign_argument(const char *);		/* var=value */
bool is_assignment(const char *);

/* eval.c, run.c, builtin.c, format.c */
extern struct cell *globals, *frame;
extern int global_count;
extern bool parsed;
struct value eval(struct node *);
struct string *eval_string(struct node *);
double eval_number(struct node *);
bool eval_bool(struct node *);
struct regex *eval_regex(struct node *);
void assign(struct node *, struct value);	/* takes the reference */
void set_global(int, struct value);
struct array *array_of(struct node *);
struct string *subscript(struct node *);
struct value call_function(struct node *);
struct value call_builtin(struct node *);
struct string *format(struct node *arguments);	/* the first is the format */
_Noreturn void run_program(void);
struct value run_body(struct function *);

#endif
