/*
 * Word-at-a-time helpers shared by the memory and string routines.
 *
 * An aligned 8-byte load never crosses a page, so reading the whole word that
 * holds the last byte of a string is safe even when the bytes after it are not
 * the caller's.  Unaligned loads are never made: the ABI lets a machine trap
 * on them.
 */
#ifndef LIBC_STRING_WORD_H
#define LIBC_STRING_WORD_H

#include <stddef.h>
#include <stdint.h>

typedef uint64_t __attribute__((__may_alias__)) word_t;

#define WORD_SIZE	sizeof(word_t)
#define WORD_ONES	0x0101010101010101ULL
#define WORD_HIGHS	0x8080808080808080ULL

#define WORD_OFFSET(p)	((uintptr_t)(p) & (WORD_SIZE - 1))

/*
 * A compiler that recognises "this loop is memcpy" would turn memcpy into a
 * call to itself; the attribute keeps these loops loops whatever the flags.
 */
#if defined(__clang__)
#define NO_LOOP_IDIOM	__attribute__((__no_builtin__))
#else
#define NO_LOOP_IDIOM	__attribute__((__optimize__("no-tree-loop-distribute-patterns")))
#endif

/* Non-zero if some byte of w is zero; the lowest such byte's top bit is set. */
static inline uint64_t
word_zeros(uint64_t w)
{
	return (w - WORD_ONES) & ~w & WORD_HIGHS;
}

static inline uint64_t
word_repeat(int c)
{
	return (unsigned char)c * WORD_ONES;
}

/* Index (in memory order) of the lowest marked byte of a word_zeros() mask. */
static inline unsigned
word_first(uint64_t mask)
{
	/* Without a count-trailing-zeros instruction a de Bruijn table would
	   be as long as this binary search. */
	unsigned n = 0;

	if ((mask & 0xffffffffULL) == 0) {
		n = 4;
		mask >>= 32;
	}
	if ((mask & 0xffff) == 0) {
		n += 2;
		mask >>= 16;
	}
	return n + ((mask & 0xff) == 0);
}

#endif
