/*
 * fork(2) as programs see it: the system call between the handlers of pthread_atfork(3). vfork(2) runs
 * none, because what a handler changes in the child would stay changed in the parent.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "libc_lock.h"
#include "libc_private.h"

/* Linked in where there can be several threads; see thread/atfork.c. */
void __thread_before_fork(void) __attribute__((__weak__));
void __thread_after_fork(bool) __attribute__((__weak__));

struct handler {
	struct handler *next;
	void (*function)(void);
};

/* Each list is in the order in which it runs. */
static struct handler *prepare_list, *parent_list, *child_list;
LIBC_LOCK lock;	/* to add; entries are never removed */

static void
append(struct handler **list, struct handler *h)
{
	while (*list != NULL)
		list = &(*list)->next;
	*list = h;
}

static void
run(const struct handler *h)
{
	for (; h != NULL; h = h->next)
		h->function();
}

/* All or none: a program must not get the unlock of a lock that was never taken. */
int
pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	struct handler *all = calloc(3, sizeof(*all));

	if (all == NULL)
		return ENOMEM;
	all[0].function = prepare;
	all[1].function = parent;
	all[2].function = child;
	libc_lock(&lock);
	if (prepare != NULL) {
		all[0].next = prepare_list;
		prepare_list = &all[0];
	}
	if (parent != NULL)
		append(&parent_list, &all[1]);
	if (child != NULL)
		append(&child_list, &all[2]);
	libc_unlock(&lock);
	return 0;
}

pid_t
fork(void)
{
	pid_t pid;
	int saved;

	run(prepare_list);
	if (__thread_before_fork != NULL)
		__thread_before_fork();
	pid = __fork();
	saved = errno;
	if (__thread_after_fork != NULL)
		__thread_after_fork(pid == 0);
	run(pid == 0 ? child_list : parent_list);
	errno = saved;
	return pid;
}
