/*
 * Thread-local storage of a static program: one block, the executable's, laid out as variant I demands:
 *
 *      struct tls_tcb | tp -> initialized data | zeroed data
 *
 * The linker computed offsets from tp, so that tp must be aligned as the segment is.
 */
#ifndef LIBC_TLS_H
#define LIBC_TLS_H

#include <sys/tls.h>
#include <stddef.h>

struct tls_image {
	const void *data;	/* what .tdata starts out as */
	size_t data_size;
	size_t size;		/* with .tbss */
	size_t align;		/* of tp; at least TLS_TCB_ALIGN */
	size_t offset;		/* of the block from tp: the segment's own misalignment */
};

extern struct tls_image __libc_tls;

/* What to reserve for one LWP, worst-case alignment included. */
size_t __libc_tls_reserve(void);

/* Lays out TCB and block in zeroed memory of that size; the TCB's address. */
struct tls_tcb *__libc_tls_layout(void *);

/* System calls for before errno has a place: an errno is returned as the value. */
void *__libc_map_early(size_t);
long __libc_write_early(int, const void *, size_t);

#endif
