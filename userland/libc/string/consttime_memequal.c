#include <string.h>

int
consttime_memequal(const void *a0, const void *b0, size_t len)
{
	const volatile unsigned char *a = a0, *b = b0;
	unsigned differ = 0;

	/* No early exit: the time taken must not tell where they differ. */
	for (size_t i = 0; i < len; i++)
		differ |= a[i] ^ b[i];
	return (int)(1 & ((differ - 1) >> 8));
}
