/*
 * Errors of the shell itself, and the way out of whatever it was doing.
 */
#include <sys/resource.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

static struct handler *handlers;
static struct cleanup *cleanups;
bool to_prompt;

void
push_cleanup(struct cleanup *c, void (*undo)(void *), void *argument)
{
	c->undo = undo;
	c->argument = argument;
	c->outer = cleanups;
	cleanups = c;
}

void
drop_cleanup(struct cleanup *c)
{
	cleanups = c->outer;
}

void
pop_cleanup(struct cleanup *c)
{
	cleanups = c->outer;
	c->undo(c->argument);
}

void
push_handler(struct handler *h)
{
	h->outer = handlers;
	h->cleanups = cleanups;
	h->mark = temp_mark();
	h->tested = tested;
	h->loop_depth = loop_depth;
	h->function_depth = function_depth;
	handlers = h;
}

void
pop_handler(struct handler *h)
{
	handlers = h->outer;
}

/* A forked child has a copy of its parent's stack, but what is to be undone there is the parent's. */
void
forget_handlers(void)
{
	handlers = NULL;
	cleanups = NULL;
}

void
raise_to_prompt(int status)
{
	to_prompt = true;
	raise_error(status);
}

void
raise_error(int status)
{
	struct handler *h = handlers;

	exit_status = status;
	out_discard();
	if (h == NULL)
		exit_shell(status);
	while (cleanups != h->cleanups)
		pop_cleanup(cleanups);
	handlers = h->outer;
	tested = h->tested;
	loop_depth = h->loop_depth;
	function_depth = h->function_depth;
	temp_release(h->mark);
	longjmp(h->env, 1);
}

/* One write, so that messages of several processes do not mix. Needs no memory: there may be none. */
static void
message(const char *format, va_list args)
{
	char line[1024];
	size_t length;
	int n;

	out_flush();
	n = snprintf(line, sizeof(line), exec_line > 0 ? "%s: %d: " : "%s: ", arg0, exec_line);
	length = n < 0 ? 0 : (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1;
	n = vsnprintf(line + length, sizeof(line) - length, format, args);
	if (n > 0)
		length += (size_t)n;
	if (length > sizeof(line) - 1)
		length = sizeof(line) - 1;
	line[length++] = '\n';
	write_all(STDERR_FILENO, line, length);
}

void
complain(const char *format, ...)
{
	int saved = errno;
	va_list args;

	va_start(args, format);
	message(format, args);
	va_end(args);
	errno = saved;
}

void
fatal(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	message(format, args);
	va_end(args);
	raise_error(STATUS_ERROR);
}

/* What recurses as deeply as its input says calls this first. */
void
check_stack(void)
{
	static char *base;
	static size_t limit;
	char here;

	if (base == NULL) {
		struct rlimit stack;

		base = &here;
		limit = (size_t)1 << 20;
		if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur != RLIM_INFINITY)
			limit = (size_t)stack.rlim_cur;
		if (limit > (size_t)8 << 20)
			limit = (size_t)8 << 20;
		/* The environment is there too, and handlers of signals need some. */
		limit = limit > (size_t)512 << 10 ? limit - ((size_t)256 << 10) : limit / 2;
	}
	if (&here < base && (size_t)(base - &here) > limit)
		fatal("too deeply nested");
}
