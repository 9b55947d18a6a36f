#include "dd.h"

/* The significands of the table begin at this encoding's. */
#define LOG_TABLE_START	0x3fe6000000000000ULL

struct log_entry {
	double reciprocal;
	struct dd log;
};

extern const struct log_entry __log_table[128];
