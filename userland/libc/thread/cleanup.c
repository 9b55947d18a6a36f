/*
 * The stack of cleanup handlers, in the frames of the functions that push them.
 */
#include "thread.h"

_Static_assert(sizeof(struct cleanup) <= sizeof(struct pthread_cleanup_store), "what the macros reserve");

void
pthread__cleanup_push(void (*function)(void *), void *argument, void *store)
{
	pthread_t self = pthread_self();
	struct cleanup *c = store;

	c->function = function;
	c->argument = argument;
	c->below = self->cleanup;
	self->cleanup = c;
}

void
pthread__cleanup_pop(int execute, void *store)
{
	struct cleanup *c = store;

	pthread_self()->cleanup = c->below;
	if (execute)
		c->function(c->argument);
}
