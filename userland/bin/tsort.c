/*
 * tsort: put in order what pairs say comes before what.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage_text[] =
    "usage: tsort [file]\n"
    "The input is of pairs of words, the first of which comes before the second.\n";

struct node {
	char *name;
	struct node *hash_next;
	struct edge *edges;	/* to what comes after, in the order they were read */
	struct edge **edges_end;
	size_t before;		/* nodes that must come first and have not yet */
	bool done;
	struct node *from;	/* when a cycle is looked for */
};

struct edge {
	struct node *to;
	struct edge *next;
};

static struct node **nodes, *table[4096];
static size_t node_count, node_size;

static void *
need(void *p)
{
	if (p == NULL)
		err(1, NULL);
	return p;
}

static struct node *
find(const char *name)
{
	unsigned int h = 5381;
	struct node *n;

	for (const char *p = name; *p != '\0'; p++)
		h = h * 33 + (unsigned char)*p;
	h %= sizeof(table) / sizeof(table[0]);
	for (n = table[h]; n != NULL; n = n->hash_next)
		if (strcmp(n->name, name) == 0)
			return n;
	n = need(calloc(1, sizeof(*n)));
	n->name = need(strdup(name));
	n->edges_end = &n->edges;
	n->hash_next = table[h];
	table[h] = n;
	if (node_count == node_size) {
		node_size = node_size * 2 + 64;
		nodes = need(realloc(nodes, node_size * sizeof(struct node *)));
	}
	nodes[node_count++] = n;
	return n;
}

static void
add_edge(struct node *a, struct node *b)
{
	struct edge *e;

	for (e = a->edges; e != NULL; e = e->next)
		if (e->to == b)
			return;
	e = need(calloc(1, sizeof(*e)));
	e->to = b;
	*a->edges_end = e;
	a->edges_end = &e->next;
	b->before++;
}

static void
read_pairs(FILE *f, const char *name)
{
	char *line = NULL, *word, *rest;
	struct node *first = NULL;
	size_t size = 0;

	while (getline(&line, &size, f) != -1)
		for (word = strtok_r(line, " \t\n\v\f\r", &rest); word != NULL;
		    word = strtok_r(NULL, " \t\n\v\f\r", &rest)) {
			struct node *n = find(word);

			if (first == NULL)
				first = n;
			else {
				if (first != n)
					add_edge(first, n);
				first = NULL;
			}
		}
	if (ferror(f))
		err(1, "%s", name);
	if (first != NULL)
		errx(1, "%s: an odd number of words", name);
	free(line);
}

/*
 * Every node that is left waits for another that is left.  Walking from a node to one it waits for must
 * come back to a node that was met; the cycle is reported, and broken at the edge that closed it.
 */
static void
break_cycle(const char *name)
{
	struct node *n = NULL, *m, *start;

	for (size_t i = 0; i < node_count; i++) {
		nodes[i]->from = NULL;
		if (n == NULL && !nodes[i]->done)
			n = nodes[i];
	}
	while (n->from == NULL) {
		struct node *waits_for = NULL;

		for (size_t i = 0; i < node_count && waits_for == NULL; i++)
			for (struct edge *e = nodes[i]->done ? NULL : nodes[i]->edges; e != NULL; e = e->next)
				if (e->to == n)
					waits_for = nodes[i];
		n->from = waits_for;
		n = waits_for;
	}
	warnx("%s: a cycle:", name);
	start = n;
	do {
		warnx("%s", n->name);
		n = n->from;
	} while (n != start);
	m = start->from;
	for (struct edge **e = &m->edges; *e != NULL; e = &(*e)->next)
		if ((*e)->to == start) {
			if (m->edges_end == &(*e)->next)
				m->edges_end = e;
			*e = (*e)->next;
			start->before--;
			break;
		}
}

/* First in, first out among those that wait for nothing. */
static int
write_sorted(const char *name)
{
	struct node **queue = need(calloc(node_count + 1, sizeof(struct node *)));
	size_t head = 0, tail = 0;
	int status = 0;

	while (head < node_count) {
		struct node *n;

		if (head == 0 || head == tail) {
			for (size_t i = 0; i < node_count; i++)
				if (!nodes[i]->done && nodes[i]->before == 0) {
					nodes[i]->done = true;
					queue[tail++] = nodes[i];
				}
			if (head == tail) {
				break_cycle(name);
				status = 1;
				continue;
			}
		}
		n = queue[head++];
		puts(n->name);
		for (struct edge *e = n->edges; e != NULL; e = e->next)
			if (--e->to->before == 0 && !e->to->done) {
				e->to->done = true;
				queue[tail++] = e->to;
			}
	}
	free(queue);
	return status;
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "-";
	FILE *f = stdin;
	int status;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs(usage_text, stdout);
		return 0;
	}
	if (argc > 2) {
		fputs(usage_text, stderr);
		return 1;
	}
	if (strcmp(name, "-") != 0 && (f = fopen(name, "r")) == NULL)
		err(1, "%s", name);
	read_pairs(f, name);
	status = write_sorted(name);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
