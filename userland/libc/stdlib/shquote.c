#include <stdlib.h>
#include <string.h>

struct output {
	char *buf;
	size_t size, len;
};

static void
put(struct output *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void
quote(struct output *o, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+,-./:=@_%";

	if (*s != '\0' && strspn(s, plain) == strlen(s)) {
		while (*s != '\0')
			put(o, *s++);
		return;
	}
	put(o, '\'');
	for (; *s != '\0'; s++) {
		/* A quote cannot stand inside quotes: leave them, escape it, go back. */
		if (*s == '\'') {
			put(o, '\'');
			put(o, '\\');
			put(o, '\'');
		}
		put(o, *s);
	}
	put(o, '\'');
}

static size_t
finish(struct output *o)
{
	if (o->size > 0)
		o->buf[o->len < o->size ? o->len : o->size - 1] = '\0';
	return o->len;
}

/* The string as one word of the shell's; the length it needs is returned. */
size_t
shquote(const char *s, char *buf, size_t size)
{
	struct output o = { buf, size, 0 };

	quote(&o, s);
	return finish(&o);
}

size_t
shquotev(int argc, char *const *argv, char *buf, size_t size)
{
	struct output o = { buf, size, 0 };

	for (int i = 0; i < argc; i++) {
		if (i > 0)
			put(&o, ' ');
		quote(&o, argv[i]);
	}
	return finish(&o);
}
