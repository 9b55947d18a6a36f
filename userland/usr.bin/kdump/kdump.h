/* kdump: shared by its parts. */
#ifndef KDUMP_H
#define KDUMP_H

#include <sys/param.h>
#include <sys/ktrace.h>

#include <stddef.h>

/* How records are shown. */
struct style {
	size_t most_data;	/* bytes of one transfer */
	int decimal;		/* no hexadecimal numbers */
	int plain;		/* arguments without interpretation */
	int hex;		/* transfers as a hexadecimal dump */
};

const char *call_name(int);
void print_record(const struct ktr_header *, const char *, const struct style *);

#endif
