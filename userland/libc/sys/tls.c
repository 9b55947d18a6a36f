/*
 * Thread-local storage for LWPs after the first, and for code compiled to ask where it is.
 */
#include <machine/lwp_private.h>
#include <stdint.h>
#include <stdlib.h>

#include "libc_tls.h"

struct tls_index {
	unsigned long module;
	unsigned long offset;
};

void *__tls_get_addr(const struct tls_index *);

/* The block's address is kept in tcb_dtv, which has no other use where there is one module only. */
struct tls_tcb *
_rtld_tls_allocate(void)
{
	void *memory = calloc(1, __libc_tls_reserve());
	struct tls_tcb *tcb;

	if (memory == NULL)
		return NULL;
	tcb = __libc_tls_layout(memory);
	tcb->tcb_dtv = memory;
	return tcb;
}

void
_rtld_tls_free(struct tls_tcb *tcb)
{
	free(tcb->tcb_dtv);
}

/* Reached only from objects compiled as position independent. */
void *
__tls_get_addr(const struct tls_index *index)
{
	return (char *)__lwp_getprivate_fast() + __libc_tls.offset + index->offset + TLS_DTV_OFFSET;
}
