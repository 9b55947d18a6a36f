#include <stdlib.h>
#include <unistd.h>

struct handler {
	struct handler *older;
	void (*function)(void);
};

static struct handler *newest;

int
at_quick_exit(void (*function)(void))
{
	struct handler *handler = malloc(sizeof(*handler));

	if (handler == NULL)
		return -1;
	handler->function = function;
	handler->older = newest;
	newest = handler;
	return 0;
}

void
quick_exit(int status)
{
	while (newest != NULL) {
		struct handler *handler = newest;

		newest = handler->older;
		handler->function();
	}
	_exit(status);
}
