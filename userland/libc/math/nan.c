#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* nan("x") is strtod("NAN(x)"); a payload too long for that is ignored. */
#define DEFINE_NAN(type, name, convert)						\
type										\
name(const char *payload)							\
{										\
	char text[80];								\
	int n = snprintf(text, sizeof(text), "NAN(%s)", payload);		\
										\
	return convert(n < (int)sizeof(text) ? text : "NAN", NULL);		\
}

DEFINE_NAN(double, nan, strtod)
DEFINE_NAN(float, nanf, strtof)
DEFINE_NAN(long double, nanl, strtold)
