#include <errno.h>
#include <stdlib.h>

#include "printf.h"

/* POSIX guarantees nine; nobody needs more than this. */
#define MOST_POSITIONS 4096

/* Note that an argument exists and of what kind it is; returns the count so far. */
static int
note(unsigned char *kinds, int position, enum arg_kind kind, int count)
{
	if (position <= 0 || position > MOST_POSITIONS)
		return count;
	if (kinds != NULL)
		kinds[position - 1] = (unsigned char)kind;
	return position > count ? position : count;
}

/* With no table to fill, only counts. */
static int
scan(const char *format, unsigned char *kinds)
{
	int count = 0;

	while ((format = strchr(format, '%')) != NULL) {
		struct spec spec;

		format = __printf_parse(format + 1, &spec);
		count = note(kinds, spec.width_from, ARG_INT, count);
		count = note(kinds, spec.precision_from, ARG_INT, count);
		if (__printf_kind(&spec) != ARG_NONE)
			count = note(kinds, spec.position, __printf_kind(&spec), count);
	}
	return count;
}

int
__printf_collect(struct args *args, const char *format)
{
	int count = scan(format, NULL);
	union arg *table = calloc((size_t)count + 1, sizeof(*table) + 1);
	unsigned char *kinds = (unsigned char *)(table + count + 1);

	if (table == NULL)
		return -1;
	scan(format, kinds);
	for (int i = 0; i < count; i++)
		/* A gap has no known type; an int is what POSIX lets us assume least badly. */
		table[i] = next_arg(args, kinds[i] == ARG_NONE ? ARG_INT : kinds[i], 0);
	args->table = table;
	args->count = count;
	return 0;
}
