/*
 * Binary search trees, kept balanced as AVL trees so that sorted insertion does
 * not make a list of them.  The key is the first member: programs read it
 * through the pointer they get.
 */

#include <search.h>
#include <stdlib.h>

struct avl {
	const void *key;
	struct avl *child[2];
	int height;
};

static int
height(const struct avl *n)
{
	return n == NULL ? 0 : n->height;
}

static void
measure(struct avl *n)
{
	int left = height(n->child[0]), right = height(n->child[1]);

	n->height = 1 + (left > right ? left : right);
}

/* Lift n's child on that side above n. */
static struct avl *
rotate(struct avl *n, int side)
{
	struct avl *up = n->child[side];

	n->child[side] = up->child[!side];
	up->child[!side] = n;
	measure(n);
	measure(up);
	return up;
}

static struct avl *
balance(struct avl *n)
{
	int lean = height(n->child[1]) - height(n->child[0]), side = lean > 0;
	struct avl *c = n->child[side];

	if (lean >= -1 && lean <= 1) {
		measure(n);
		return n;
	}
	if (height(c->child[!side]) > height(c->child[side]))
		n->child[side] = rotate(c, !side);
	return rotate(n, side);
}

typedef int compare_keys(const void *, const void *);

static struct avl *
insert(struct avl *n, const void *key, compare_keys *compare, struct avl **found)
{
	int order;

	if (n == NULL) {
		n = calloc(1, sizeof(*n));
		if (n != NULL) {
			n->key = key;
			n->height = 1;
		}
		*found = n;
		return n;
	}
	order = compare(key, n->key);
	if (order == 0) {
		*found = n;
		return n;
	}
	n->child[order > 0] = insert(n->child[order > 0], key, compare, found);
	return balance(n);
}

void *
tsearch(const void *key, void **root, compare_keys *compare)
{
	struct avl *found = NULL;

	if (root == NULL)
		return NULL;
	*root = insert(*root, key, compare, &found);
	return found;
}

void *
tfind(const void *key, void *const *root, compare_keys *compare)
{
	struct avl *n = root == NULL ? NULL : *root;

	while (n != NULL) {
		int order = compare(key, n->key);

		if (order == 0)
			return n;
		n = n->child[order > 0];
	}
	return NULL;
}

static struct avl *
take_first(struct avl *n, struct avl **first)
{
	if (n->child[0] == NULL) {
		*first = n;
		return n->child[1];
	}
	n->child[0] = take_first(n->child[0], first);
	return balance(n);
}

static struct avl *
delete(struct avl *n, const void *key, compare_keys *compare, struct avl **gone, struct avl **parent)
{
	int order;

	if (n == NULL)
		return NULL;
	order = compare(key, n->key);
	if (order != 0) {
		struct avl **child = &n->child[order > 0];

		*child = delete(*child, key, compare, gone, parent);
		if (*gone != NULL && *parent == NULL)
			*parent = n;
		return balance(n);
	}
	*gone = n;
	if (n->child[0] == NULL || n->child[1] == NULL)
		return n->child[n->child[0] == NULL];
	else {
		struct avl *next, *right = take_first(n->child[1], &next);

		next->child[0] = n->child[0];
		next->child[1] = right;
		return balance(next);
	}
}

/* Returns the parent of what was deleted, or the root when that was deleted. */
void *
tdelete(const void *restrict key, void **restrict root, compare_keys *compare)
{
	struct avl *gone = NULL, *parent = NULL;

	if (root == NULL || *root == NULL)
		return NULL;
	*root = delete(*root, key, compare, &gone, &parent);
	if (gone == NULL)
		return NULL;
	free(gone);
	if (parent != NULL)
		return parent;
	/* POSIX leaves the value open for the root; only NULL means "not found". */
	return *root != NULL ? *root : (void *)root;
}

static void
walk(const struct avl *n, void (*action)(const void *, VISIT, int), int depth)
{
	if (n->child[0] == NULL && n->child[1] == NULL) {
		action(n, leaf, depth);
		return;
	}
	action(n, preorder, depth);
	if (n->child[0] != NULL)
		walk(n->child[0], action, depth + 1);
	action(n, postorder, depth);
	if (n->child[1] != NULL)
		walk(n->child[1], action, depth + 1);
	action(n, endorder, depth);
}

void
twalk(const void *root, void (*action)(const void *, VISIT, int))
{
	if (root != NULL && action != NULL)
		walk(root, action, 0);
}
