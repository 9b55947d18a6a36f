#include "dd.h"

extern const struct dd __exp2_table[64];
