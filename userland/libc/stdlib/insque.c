#include <search.h>
#include <stddef.h>

struct link {
	struct link *next, *prev;
};

void
insque(void *element, void *after)
{
	struct link *e = element, *a = after;

	if (a == NULL) {
		e->next = e->prev = NULL;
		return;
	}
	e->next = a->next;
	e->prev = a;
	if (a->next != NULL)
		a->next->prev = e;
	a->next = e;
}

void
remque(void *element)
{
	struct link *e = element;

	if (e->next != NULL)
		e->next->prev = e->prev;
	if (e->prev != NULL)
		e->prev->next = e->next;
}
