#include <string.h>

char *
strstr(const char *hay, const char *needle)
{
	return memmem(hay, strlen(hay), needle, strlen(needle));
}

char *
strnstr(const char *hay, const char *needle, size_t max)
{
	return memmem(hay, strnlen(hay, max), needle, strlen(needle));
}
