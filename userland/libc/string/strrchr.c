#include <string.h>
#include <strings.h>

char *
strrchr(const char *s, int c)
{
	return memrchr(s, c, strlen(s) + 1);
}

#undef rindex
char *
rindex(const char *s, int c)
{
	return strrchr(s, c);
}
