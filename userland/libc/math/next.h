#ifndef LIBC_MATH_NEXT_H
#define LIBC_MATH_NEXT_H

#include "bits.h"

/* The encodings of one sign are in the order of the numbers they stand for. */
#define DEFINE_NEXT(type, towards, name, bits_type, encode, decode, sign)	\
type										\
name(type x, towards y)								\
{										\
	bits_type u;								\
										\
	if (x != x || y != y)							\
		return x + (type)y;						\
	if ((towards)x == y)							\
		return (type)y;							\
	u = encode(x);								\
	if (x == 0)								\
		u = (y < 0 ? (sign) : 0) | 1;					\
	else if (((towards)x < y) == (x > 0))					\
		u++;								\
	else									\
		u--;								\
	return decode(u);							\
}

#endif
