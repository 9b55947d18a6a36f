#define _OPENBSD_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

long long
strtonum(const char *s, long long low, long long high, const char **complaint)
{
	const char *text = NULL;
	long long value;
	int status;

	value = strtoi(s, NULL, 10, INTMAX_MIN, INTMAX_MAX, &status);
	if (low > high || (status != 0 && status != ERANGE)) {
		text = "invalid";
		status = EINVAL;
	} else if (value < low || (status == ERANGE && value < 0)) {
		text = "too small";
		status = ERANGE;
	} else if (value > high || status == ERANGE) {
		text = "too large";
		status = ERANGE;
	}
	if (complaint != NULL)
		*complaint = text;
	if (text == NULL)
		return value;
	errno = status;
	return 0;
}
