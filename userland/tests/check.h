/*
 * Checks for guest tests: the first that fails says where and what, and the test exits with 1.
 */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_FAIL(...) do {							\
	printf("%s:%d: ", __FILE__, __LINE__);					\
	printf(__VA_ARGS__);							\
	printf("\n");								\
	fflush(stdout);								\
	exit(1);								\
} while (0)

#define CHECK(cond) do {							\
	if (!(cond))								\
		CHECK_FAIL("failed: %s (errno %d)", #cond, errno);		\
} while (0)

#define CHECK_EQ(a, b) do {							\
	long long check_a_ = (long long)(a), check_b_ = (long long)(b);		\
	if (check_a_ != check_b_)						\
		CHECK_FAIL("%s is %lld (%#llx), not %s, %lld (%#llx)", #a, check_a_,	\
		    (unsigned long long)check_a_, #b, check_b_, (unsigned long long)check_b_);	\
} while (0)

#define CHECK_STR(a, b) do {							\
	const char *check_a_ = (a), *check_b_ = (b);				\
	if (check_a_ == NULL || strcmp(check_a_, check_b_) != 0)		\
		CHECK_FAIL("%s is \"%s\", not \"%s\"", #a,			\
		    check_a_ == NULL ? "(null)" : check_a_, check_b_);		\
} while (0)

/* The call must fail with that errno. */
#define CHECK_ERRNO(expr, error) do {						\
	long long check_r_;							\
	errno = 0;								\
	check_r_ = (long long)(expr);						\
	if (check_r_ != -1)							\
		CHECK_FAIL("%s returned %lld, not -1", #expr, check_r_);	\
	if (errno != (error))							\
		CHECK_FAIL("%s: errno is %d, not %s", #expr, errno, #error);	\
} while (0)

#endif
