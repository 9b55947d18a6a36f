#include <inttypes.h>
#include <stdlib.h>

div_t
div(int num, int denom)
{
	return (div_t){ num / denom, num % denom };
}

ldiv_t
ldiv(long num, long denom)
{
	return (ldiv_t){ num / denom, num % denom };
}

lldiv_t
lldiv(long long num, long long denom)
{
	return (lldiv_t){ num / denom, num % denom };
}

qdiv_t
qdiv(quad_t num, quad_t denom)
{
	return (qdiv_t){ num / denom, num % denom };
}

imaxdiv_t
imaxdiv(intmax_t num, intmax_t denom)
{
	return (imaxdiv_t){ num / denom, num % denom };
}
