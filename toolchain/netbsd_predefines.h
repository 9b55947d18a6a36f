/*
 * What a compiler configured for NetBSD on riscv64 predefines, for one that is not: a cross GCC for Linux or
 * bare metal, or a clang too old to know NetBSD on this processor. Read with -imacros before each source.
 */
#undef linux
#undef __linux
#undef __linux__
#undef __gnu_linux__
#undef unix
#undef __unix
#undef __unix__

#undef __NetBSD__
#undef __ELF__

#define __NetBSD__ 1
#define __ELF__ 1
#define __unix__ 1

#ifndef __clang__
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
#endif
