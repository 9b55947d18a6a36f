/*
 * Statements, rules and the program.
 */
#include "awk.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum flow { GO_ON, LEAVE_LOOP, NEXT_ROUND, RETURN };

static jmp_buf next_record, program_end;
static bool reading;
static int exit_status;
static struct value return_value;

static enum flow execute(struct node *);

static void
write_string(FILE *f, const struct string *s)
{
	fwrite(s->text, 1, s->length, f);
}

static void
write_value(FILE *f, const struct value *v, int format_variable)
{
	struct string *s = to_string(v, format_variable);

	write_string(f, s);
	release(s);
}

static void
print(struct node *n)
{
	FILE *f = stdout;
	struct string *name, *text = NULL;
	struct value *values = NULL, v;
	size_t count = 0;

	/* All is evaluated before anything is written: functions may write, too. */
	if (n->kind == N_PRINTF)
		text = format(n->a);
	else
		for (struct node *a = n->a; a != NULL; a = a->next) {
			values = need(realloc(values, (count + 1) * sizeof(*values)));
			values[count++] = eval(a);
		}
	if (n->op >= 0) {
		name = eval_string(n->b);
		f = output_stream((enum stream_kind)n->op, name->text);
		release(name);
	}
	if (text != NULL) {
		write_string(f, text);
		release(text);
		return;
	}
	if (n->a == NULL) {
		v = get_field(0);
		write_value(f, &v, V_OFMT);
		drop(v);
	}
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			write_value(f, &globals[V_OFS].value, V_CONVFMT);
		write_value(f, &values[i], V_OFMT);
		drop(values[i]);
	}
	free(values);
	write_value(f, &globals[V_ORS].value, V_CONVFMT);
	if (ferror(stdout))
		fail("stdout: cannot be written");
}

/* The keys are those from before the loop; elements that are gone when their turn comes are left out. */
static enum flow
for_in(struct node *n)
{
	struct array *a = array_of(n->b);
	size_t count = a->count, i = 0;
	struct string **keys = need(malloc((count + 1) * sizeof(struct string *)));
	enum flow flow = GO_ON;

	for (struct element *e = a->first; e != NULL; e = e->after) {
		e->key->references++;
		keys[i++] = e->key;
	}
	for (i = 0; i < count; i++) {
		if (flow != LEAVE_LOOP && flow != RETURN && find_element(a, keys[i], false) != NULL) {
			keys[i]->references++;
			assign(n->a, (struct value){ INPUT, 0, keys[i] });
			flow = execute(n->d);
		}
		release(keys[i]);
	}
	free(keys);
	return flow == RETURN ? RETURN : GO_ON;
}

static enum flow
loop(struct node *n)
{
	struct node *body = n->kind == N_FOR ? n->d : n->b, *condition = n->kind == N_FOR ? n->b : n->a;
	enum flow flow;

	if (n->kind == N_FOR && n->a != NULL)
		execute(n->a);
	for (bool first = true;; first = false) {
		if (!(first && n->kind == N_DO) && condition != NULL && !eval_bool(condition))
			return GO_ON;
		flow = execute(body);
		if (flow == LEAVE_LOOP)
			return GO_ON;
		if (flow == RETURN)
			return RETURN;
		if (n->kind == N_FOR && n->c != NULL)
			execute(n->c);
	}
}

static void
delete(struct node *target)
{
	struct string *key;

	if (target->kind != N_ELEMENT) {
		clear_array(array_of(target));
		return;
	}
	key = subscript(target->b);
	delete_element(array_of(target->a), key);
	release(key);
}

static enum flow
execute(struct node *n)
{
	enum flow flow;

	switch (n->kind) {
	case N_BLOCK:
		for (struct node *s = n->a; s != NULL; s = s->next)
			if ((flow = execute(s)) != GO_ON)
				return flow;
		return GO_ON;
	case N_EXPRESSION:
		drop(eval(n->a));
		return GO_ON;
	case N_PRINT:
	case N_PRINTF:
		print(n);
		return GO_ON;
	case N_IF:
		if (eval_bool(n->a))
			return execute(n->b);
		return n->c == NULL ? GO_ON : execute(n->c);
	case N_WHILE:
	case N_DO:
	case N_FOR: return loop(n);
	case N_FOR_IN: return for_in(n);
	case N_BREAK: return LEAVE_LOOP;
	case N_CONTINUE: return NEXT_ROUND;
	case N_NEXTFILE:
		skip_file();
		/* FALLTHROUGH */
	case N_NEXT:
		if (!reading)
			fail("next outside of a rule for records");
		longjmp(next_record, 1);
	case N_EXIT:
		if (n->a != NULL)
			exit_status = (int)eval_number(n->a);
		longjmp(program_end, 1);
	case N_RETURN:
		return_value = n->a == NULL ? (struct value){ UNSET, 0, NULL } : eval(n->a);
		return RETURN;
	case N_DELETE:
		delete(n->a);
		return GO_ON;
	default: fail("not a statement");
	}
}

struct value
run_body(struct function *f)
{
	struct value v;

	return_value = (struct value){ UNSET, 0, NULL };
	if (execute(f->body) != RETURN)
		return (struct value){ UNSET, 0, NULL };
	v = return_value;
	return_value = (struct value){ UNSET, 0, NULL };
	return v;
}

static void
run_rules(enum rule_kind kind)
{
	for (struct rule *r = rules; r != NULL; r = r->next)
		if (r->kind == kind)
			execute(r->body);
}

static bool
applies(struct rule *r)
{
	switch (r->kind) {
	case ALWAYS: return true;
	case PATTERN: return eval_bool(r->first);
	case RANGE:
		if (!r->active && !eval_bool(r->first))
			return false;
		r->active = !eval_bool(r->last);
		return true;
	default: return false;
	}
}

static void
run_record_rules(void)
{
	static struct node print_record = { .kind = N_PRINT, .op = -1 };

	for (struct rule *r = rules; r != NULL; r = r->next)
		if (applies(r))
			execute(r->body == NULL ? &print_record : r->body);
}

static bool
reads_input(void)
{
	for (struct rule *r = rules; r != NULL; r = r->next)
		if (r->kind != AT_BEGIN)
			return true;
	return false;
}

static void
read_records(void)
{
	struct string *s;

	reading = true;
	setjmp(next_record);
	frame = NULL;
	while ((s = next_main_record()) != NULL) {
		set_global(V_NR, number_value(to_number(&globals[V_NR].value) + 1));
		set_global(V_FNR, number_value(to_number(&globals[V_FNR].value) + 1));
		set_record(s);
		run_record_rules();
	}
	reading = false;
}

/* exit goes to the END rules, and from these to the end. */
void
run_program(void)
{
	static int stage;

	setjmp(program_end);
	frame = NULL;
	switch (stage++) {
	case 0:
		run_rules(AT_BEGIN);
		if (reads_input())
			read_records();
		if (stage == 1)
			stage = 2;
		/* FALLTHROUGH */
	case 1:
		reading = false;
		run_rules(AT_END);
	}
	close_all_streams();
	if (ferror(stdout))
		fail("stdout: cannot be written");
	exit(exit_status & 0xff);
}
