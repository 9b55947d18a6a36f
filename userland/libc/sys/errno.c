/* One errno for every LWP. */
#include <errno.h>

static _Thread_local int value;

int *
__errno(void)
{
	return &value;
}
