#ifndef LIBC_LOCALE_PRIVATE_H
#define LIBC_LOCALE_PRIVATE_H

struct _locale {
	char name[8];
};

#endif
