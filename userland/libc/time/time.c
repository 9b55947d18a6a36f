#include <time.h>

time_t
time(time_t *where)
{
	struct timespec now;
	time_t t = clock_gettime(CLOCK_REALTIME, &now) == 0 ? now.tv_sec : -1;

	if (where != NULL)
		*where = t;
	return t;
}
