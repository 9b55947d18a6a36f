/*
 * Programs: complete commands, each with the memory that its tree is in.
 *
 * A function's body stays when the command that defined it has been carried out, so programs are counted.
 */
#include <stdlib.h>
#include <string.h>

#include "sh.h"

static void
parse_over(void *saved)
{
	parse_program = saved;
	parse_arena = saved == NULL ? NULL : &parse_program->arena;
}

/* A line, or as many as it takes to complete a command. Null at the end of input. */
struct program *
parse_complete_command(void)
{
	struct program *p = xmalloc(sizeof(*p));
	struct cleanup release, over;
	struct mark mark = temp_mark();
	const struct token *t;

	memset(p, 0, sizeof(*p));
	p->references = 1;
	push_cleanup(&release, program_release, p);
	input_record_start();
	push_cleanup(&over, parse_over, parse_program);
	parse_program = p;
	parse_arena = &p->arena;
	t = peek_token(true);
	if (t->type == TOK_EOF) {
		next_token();
		pop_cleanup(&over);
		pop_cleanup(&release);
		return NULL;
	}
	if (t->type != TOK_NEWLINE)
		p->root = parse_list(true);
	t = peek_token(true);
	if (t->type != TOK_NEWLINE && t->type != TOK_EOF)
		syntax_error("\"%s\" unexpected", token_name(t));
	/* An end of file is seen again when the next command is looked for. */
	next_token();
	p->source = input_record_take(&p->source_length);
	temp_release(mark);
	pop_cleanup(&over);
	drop_cleanup(&release);
	return p;
}

void
program_hold(struct program *p)
{
	p->references++;
}

void
program_release(void *argument)
{
	struct program *p = argument;

	if (p == NULL || --p->references > 0)
		return;
	arena_free(&p->arena);
	free(p->source);
	free(p);
}

/* The source of a command on one line. */
char *
node_text(const struct node *n)
{
	const struct program *p = n->program;
	struct buf b = { 0 };

	for (size_t i = n->start; i < n->end && i < p->source_length; i++)
		buf_putc(&b, p->source[i] == '\n' ? ' ' : p->source[i]);
	return buf_string(&b);
}
