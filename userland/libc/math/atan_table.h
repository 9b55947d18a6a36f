#include "dd.h"

extern const struct dd __atan_table[33];
