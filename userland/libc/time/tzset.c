/* The only time zone is UTC, whatever TZ says. */

#include <time.h>

static char utc[] = "UTC";

char *tzname[2] = { utc, utc };
int daylight = 0;
long timezone = 0;

void
tzset(void)
{
}

void
tzsetwall(void)
{
}
