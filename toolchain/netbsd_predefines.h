/*
 * What a GCC configured for NetBSD on riscv64 predefines and a cross GCC for Linux or bare metal does not,
 * and the other way round. Read with -imacros before every source file.
 */
#undef linux
#undef __linux
#undef __linux__
#undef __gnu_linux__
#undef unix

#define __NetBSD__ 1

/* Linux makes the "fast" types as wide as a register. NetBSD does not, and <inttypes.h> relies on it. */
#undef __INT_FAST16_TYPE__
#undef __INT_FAST16_MAX__
#undef __INT_FAST32_TYPE__
#undef __INT_FAST32_MAX__
#undef __UINT_FAST16_TYPE__
#undef __UINT_FAST16_MAX__
#undef __UINT_FAST32_TYPE__
#undef __UINT_FAST32_MAX__
#define __INT_FAST16_TYPE__ int
#define __INT_FAST16_MAX__ __INT_MAX__
#define __INT_FAST32_TYPE__ int
#define __INT_FAST32_MAX__ __INT_MAX__
#define __UINT_FAST16_TYPE__ unsigned int
#define __UINT_FAST16_MAX__ (2U * __INT_MAX__ + 1U)
#define __UINT_FAST32_TYPE__ unsigned int
#define __UINT_FAST32_MAX__ (2U * __INT_MAX__ + 1U)
