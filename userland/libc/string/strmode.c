#include <sys/types.h>
#include <sys/stat.h>

#include <string.h>
#include <unistd.h>

static char
type_letter(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return 'd';
	case S_IFCHR:
		return 'c';
	case S_IFBLK:
		return 'b';
	case S_IFREG:
		return '-';
	case S_IFLNK:
		return 'l';
	case S_IFSOCK:
		return 's';
	case S_IFIFO:
		return 'p';
	case S_IFWHT:
		return 'w';
	default:
		return '?';
	}
}

/* Write the eleven characters and the NUL that ls -l shows, "-rwxr-xr-x ". */
void
strmode(mode_t mode, char *p)
{
	static const struct {
		mode_t special;
		char with_exec, without;
	} last[3] = {
		{ S_ISUID, 's', 'S' },
		{ S_ISGID, 's', 'S' },
		{ S_ISVTX, 't', 'T' },
	};

	*p++ = type_letter(mode);
	for (int i = 0; i < 3; i++) {
		mode_t bits = mode >> (6 - 3 * i);
		char x = bits & 1 ? 'x' : '-';

		if (mode & last[i].special)
			x = bits & 1 ? last[i].with_exec : last[i].without;
		*p++ = bits & 4 ? 'r' : '-';
		*p++ = bits & 2 ? 'w' : '-';
		*p++ = x;
	}
	*p++ = ' ';
	*p = '\0';
}
