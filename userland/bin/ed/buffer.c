/*
 * The lines, and how they were before the last command.
 */
#include "ed.h"

#include <stdlib.h>
#include <string.h>

struct buffer buffer;
static struct buffer before;
static bool was_modified;

struct line *
new_line(const char *text, size_t length)
{
	struct line *l = need(malloc(sizeof(*l) + length + 1));

	l->length = length;
	l->references = 1;
	l->chosen = false;
	memcpy(l->text, text, length);
	l->text[length] = '\0';
	return l;
}

void
release(struct line *l)
{
	if (--l->references > 0)
		return;
	for (int i = 0; i < 26; i++)
		if (marks[i] == l)
			marks[i] = NULL;
	free(l);
}

static void
make_room(size_t count)
{
	if (buffer.count + count + 1 <= buffer.size)
		return;
	buffer.size = (buffer.count + count) * 2 + 64;
	buffer.lines = need(realloc(buffer.lines, buffer.size * sizeof(struct line *)));
}

void
insert_lines(size_t after, struct line **lines, size_t count)
{
	if (count == 0)
		return;
	make_room(count);
	memmove(buffer.lines + after + 1 + count, buffer.lines + after + 1,
	    (buffer.count - after) * sizeof(struct line *));
	memcpy(buffer.lines + after + 1, lines, count * sizeof(struct line *));
	buffer.count += count;
	buffer.current = after + count;
	modified = true;
}

void
delete_lines(size_t from, size_t to)
{
	for (size_t i = from; i <= to; i++) {
		buffer.lines[i]->chosen = false;
		release(buffer.lines[i]);
	}
	memmove(buffer.lines + from, buffer.lines + to + 1, (buffer.count - to) * sizeof(struct line *));
	buffer.count -= to - from + 1;
	buffer.current = from <= buffer.count ? from : buffer.count;
	modified = true;
}

void
replace_line(size_t n, struct line **lines, size_t count)
{
	delete_lines(n, n);
	insert_lines(n - 1, lines, count);
}

void
remember_state(void)
{
	for (size_t i = 1; i <= before.count; i++)
		release(before.lines[i]);
	free(before.lines);
	before = buffer;
	before.size = before.count + 1;
	before.lines = need(malloc(before.size * sizeof(struct line *)));
	for (size_t i = 1; i <= buffer.count; i++) {
		before.lines[i] = buffer.lines[i];
		before.lines[i]->references++;
	}
	was_modified = modified;
}

void
swap_state(void)
{
	struct buffer b = buffer;
	bool m = modified;

	if (before.lines == NULL)
		fail("Nothing to undo");
	buffer = before;
	before = b;
	modified = was_modified;
	was_modified = m;
	for (size_t i = 1; i <= buffer.count; i++)
		buffer.lines[i]->chosen = false;
}
