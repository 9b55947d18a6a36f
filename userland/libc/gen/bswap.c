/* Byte order, for code that takes a function's address or defeats the macros. */
#include <sys/types.h>
#include <machine/bswap.h>

#undef bswap16
#undef bswap32
#undef bswap64

uint16_t __bswap16(uint16_t);
uint32_t __bswap32(uint32_t);
uint64_t __bswap64(uint64_t);

uint16_t
__bswap16(uint16_t n)
{
	return __builtin_bswap16(n);
}

uint32_t
__bswap32(uint32_t n)
{
	return __builtin_bswap32(n);
}

uint64_t
__bswap64(uint64_t n)
{
	return __builtin_bswap64(n);
}

__strong_alias(bswap16, __bswap16)
__strong_alias(bswap32, __bswap32)
__strong_alias(bswap64, __bswap64)
