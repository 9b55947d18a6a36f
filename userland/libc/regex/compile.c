#include <stdlib.h>

#include "regex_private.h"

struct compiler {
	struct re_guts *g;
	struct program *program;
	bool backwards;
	bool failed;
};

static int
emit(struct compiler *c, enum opcode op, int x, int y)
{
	struct program *program = c->program;

	if (c->failed)
		return 0;
	if (program->count == program->size) {
		int size = program->size * 2 + 64;
		struct instruction *grown = realloc(program->code, (size_t)size * sizeof(*grown));

		if (grown == NULL) {
			c->failed = true;
			return 0;
		}
		program->code = grown;
		program->size = size;
	}
	program->code[program->count] = (struct instruction){ op, x, y };
	return program->count++;
}

static void compile_node(struct compiler *, int);

/* Children in reading order; a node has few enough to recurse over. */
static void
compile_sequence(struct compiler *c, int child)
{
	int *order, count = 0;

	if (!c->backwards) {
		for (; child != 0; child = c->g->nodes[child].next)
			compile_node(c, child);
		return;
	}
	for (int n = child; n != 0; n = c->g->nodes[n].next)
		count++;
	order = malloc((size_t)count * sizeof(*order) + 1);
	if (order == NULL) {
		c->failed = true;
		return;
	}
	for (int i = 0; child != 0; child = c->g->nodes[child].next)
		order[i++] = child;
	while (count > 0)
		compile_node(c, order[--count]);
	free(order);
}

/* Each but the last: split here, next; body; jump to the end. */
static void
compile_choice(struct compiler *c, int child)
{
	int jumps = -1;

	for (; child != 0 && !c->failed; child = c->g->nodes[child].next) {
		int split = -1;

		if (c->g->nodes[child].next != 0) {
			split = emit(c, OP_SPLIT, 0, 0);
			c->program->code[split].x = c->program->count;
		}
		compile_node(c, child);
		if (split < 0 || c->failed)
			break;
		/* Jumps to the end are chained until it is known. */
		jumps = emit(c, OP_JUMP, jumps, 0);
		c->program->code[split].y = c->program->count;
	}
	while (jumps >= 0 && !c->failed) {
		int next = c->program->code[jumps].x;

		c->program->code[jumps].x = c->program->count;
		jumps = next;
	}
}

static void
compile_loop(struct compiler *c, const struct node *n)
{
	int child = n->child, split = -1, body;

	if (n->kind != NODE_PLUS) {
		split = emit(c, OP_SPLIT, 0, 0);
		if (!c->failed)
			c->program->code[split].x = split + 1;
	}
	body = c->program->count;
	if (n->kind == NODE_PLUS) {
		compile_node(c, child);
		emit(c, OP_SPLIT, body, c->program->count + 1);
		return;
	}
	if (n->kind == NODE_STAR) {
		compile_node(c, child);
		emit(c, OP_JUMP, split, 0);
	} else
		compile_node(c, child);
	if (!c->failed)
		c->program->code[split].y = c->program->count;
}

static void
compile_node(struct compiler *c, int number)
{
	struct node node = c->g->nodes[number];
	struct piece piece = { c->program->count, 0 };

	switch (node.kind) {
	case NODE_EMPTY:
		break;
	case NODE_BYTE:
		emit(c, OP_BYTE, node.value, 0);
		break;
	case NODE_SET:
		emit(c, OP_SET, node.value, 0);
		break;
	case NODE_ASSERT:
		emit(c, OP_ASSERT, node.value, 0);
		break;
	case NODE_BACKREF:
		/* Expressions with these are not run as programs. */
		break;
	case NODE_GROUP:
	case NODE_SEQUENCE:
		compile_sequence(c, node.child);
		break;
	case NODE_CHOICE:
		compile_choice(c, node.child);
		break;
	case NODE_OPTIONAL:
	case NODE_STAR:
	case NODE_PLUS:
		compile_loop(c, &node);
		break;
	}
	piece.end = c->program->count;
	if (c->backwards)
		c->g->nodes[number].backward = piece;
	else
		c->g->nodes[number].forward = piece;
}

/* Which groups lie inside each node. */
static void
note_groups(struct re_guts *g, int number)
{
	struct node *n = &g->nodes[number];

	n->first_group = g->groups + 1;
	n->end_group = 0;
	if (n->kind == NODE_GROUP) {
		n->first_group = n->value;
		n->end_group = n->value + 1;
	}
	for (int c = n->child; c != 0; c = g->nodes[c].next) {
		note_groups(g, c);
		if (g->nodes[c].first_group < n->first_group)
			n->first_group = g->nodes[c].first_group;
		if (g->nodes[c].end_group > n->end_group)
			n->end_group = g->nodes[c].end_group;
	}
}

/* The bytes that can come first; returns whether the node can match nothing. */
static bool
first_bytes(struct re_guts *g, int number)
{
	const struct node *n = &g->nodes[number];
	bool empty = false;

	switch (n->kind) {
	case NODE_BYTE:
		set_add(&g->first, (unsigned char)n->value);
		return false;
	case NODE_SET:
		for (int i = 0; i < 4; i++)
			g->first.bits[i] |= g->sets[n->value].bits[i];
		return false;
	case NODE_GROUP:
	case NODE_SEQUENCE:
		for (int c = n->child; c != 0; c = g->nodes[c].next)
			if (!first_bytes(g, c))
				return false;
		return true;
	case NODE_CHOICE:
		for (int c = n->child; c != 0; c = g->nodes[c].next)
			empty |= first_bytes(g, c);
		return empty;
	case NODE_PLUS:
		return first_bytes(g, n->child);
	case NODE_OPTIONAL:
	case NODE_STAR:
		first_bytes(g, n->child);
		return true;
	default:
		return true;
	}
}

int
__regex_compile(struct re_guts *g)
{
	struct compiler forward = { g, &g->forward, false, false };
	struct compiler backward = { g, &g->backward, true, false };

	note_groups(g, g->root);
	g->may_be_empty = first_bytes(g, g->root);
	compile_node(&forward, g->root);
	emit(&forward, OP_END, 0, 0);
	if (g->groups > 0) {
		compile_node(&backward, g->root);
		emit(&backward, OP_END, 0, 0);
	}
	return forward.failed || backward.failed ? REG_ESPACE : 0;
}
