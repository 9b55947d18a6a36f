#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "../include/libc_lock.h"

/*
 * Handlers live in blocks, the newest block first.  The first block is static
 * because ISO C promises 32 registrations even when memory has run out.
 */
#define BLOCK_HANDLERS 32

struct handler {
	void (*with_arg)(void *);	/* NULL once called */
	void (*plain)(void);		/* set for atexit(), then with_arg is not */
	void *arg;
	void *dso;
};

struct block {
	struct block *older;
	int used;
	struct handler handlers[BLOCK_HANDLERS];
};

static struct block first;
static struct block *newest = &first;
LIBC_LOCK lock;

int __cxa_atexit(void (*)(void *), void *, void *);
void __cxa_finalize(void *);

static int
enter(struct handler handler)
{
	if (newest->used == BLOCK_HANDLERS) {
		struct block *block = malloc(sizeof(*block));

		if (block == NULL)
			return -1;
		block->older = newest;
		block->used = 0;
		newest = block;
	}
	newest->handlers[newest->used++] = handler;
	return 0;
}

static int
register_handler(struct handler handler)
{
	int result;

	libc_lock(&lock);
	result = enter(handler);
	libc_unlock(&lock);
	return result;
}

int
__cxa_atexit(void (*function)(void *), void *arg, void *dso)
{
	return register_handler((struct handler){ .with_arg = function, .arg = arg, .dso = dso });
}

int
atexit(void (*function)(void))
{
	return register_handler((struct handler){ .plain = function });
}

/* The newest handler not yet called that belongs to dso (NULL: to anyone). */
static struct handler *
newest_pending(void *dso)
{
	for (struct block *block = newest; block != NULL; block = block->older)
		for (int i = block->used - 1; i >= 0; i--) {
			struct handler *h = &block->handlers[i];

			if (h->with_arg == NULL && h->plain == NULL)
				continue;
			if (dso == NULL || h->dso == dso)
				return h;
		}
	return NULL;
}

/* Give back the slots of called handlers at the newest end. */
static void
trim(void)
{
	for (;;) {
		struct block *block = newest;

		while (block->used > 0 && block->handlers[block->used - 1].with_arg == NULL &&
		    block->handlers[block->used - 1].plain == NULL)
			block->used--;
		if (block->used > 0 || block->older == NULL)
			return;
		newest = block->older;
		free(block);
	}
}

/* The search starts anew each time: a handler may register another, which runs next. */
void
__cxa_finalize(void *dso)
{
	struct handler *h;

	libc_lock(&lock);
	while ((h = newest_pending(dso)) != NULL) {
		struct handler call = *h;

		h->with_arg = NULL;
		h->plain = NULL;
		trim();
		libc_unlock(&lock);
		if (call.plain != NULL)
			call.plain();
		else
			call.with_arg(call.arg);
		libc_lock(&lock);
	}
	libc_unlock(&lock);
}
