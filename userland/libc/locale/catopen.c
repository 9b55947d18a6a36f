/* Message catalogues: the C locale has none, so a program's own messages are used. */

#include <errno.h>
#include <nl_types.h>
#include <stdint.h>

nl_catd
catopen(const char *name, int flag)
{
	(void)name;
	(void)flag;
	errno = ENOENT;
	return (nl_catd)-1;
}

nl_catd
catopen_l(const char *name, int flag, locale_t locale)
{
	(void)locale;
	return catopen(name, flag);
}

char *
catgets(nl_catd catalogue, int set, int message, const char *otherwise)
{
	(void)catalogue;
	(void)set;
	(void)message;
	errno = EBADF;
	return (char *)(uintptr_t)otherwise;
}

int
catclose(nl_catd catalogue)
{
	(void)catalogue;
	errno = EBADF;
	return -1;
}
