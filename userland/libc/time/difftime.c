#include <time.h>

double
difftime(time_t end, time_t begin)
{
	/* The difference of two times may not fit a time_t. */
	return end >= begin ? (double)((unsigned long)end - (unsigned long)begin)
			    : -(double)((unsigned long)begin - (unsigned long)end);
}
