/* The one integer parser behind strtol(3) and its many relatives. */
#ifndef LIBC_STDLIB_STRTO_H
#define LIBC_STDLIB_STRTO_H

#include <stdbool.h>
#include <stdint.h>

struct parsed_integer {
	uint64_t magnitude;
	const char *end;	/* equals the start when there was no number */
	bool negative;
	bool overflow;		/* magnitude does not fit in 64 bits */
	bool bad_base;
};

struct parsed_integer __parse_integer(const char *, int base);

#endif
