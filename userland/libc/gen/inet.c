/*
 * Internet addresses as text and in network byte order.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef htonl
#undef htons
#undef ntohl
#undef ntohs

uint32_t
htonl(uint32_t n)
{
	return __builtin_bswap32(n);
}

uint32_t
ntohl(uint32_t n)
{
	return __builtin_bswap32(n);
}

uint16_t
htons(uint16_t n)
{
	return __builtin_bswap16(n);
}

uint16_t
ntohs(uint16_t n)
{
	return __builtin_bswap16(n);
}

/* a.b.c.d, a.b.c, a.b or a, each decimal, 0octal or 0xhex; the last part fills what is left. */
int
inet_aton(const char *text, struct in_addr *address)
{
	unsigned long part[4], limit;
	uint32_t value = 0;
	size_t n = 0, i;
	char *end;

	for (;;) {
		if (n == 4 || !isdigit((unsigned char)*text))
			return 0;
		errno = 0;
		part[n++] = strtoul(text, &end, 0);
		if (errno == ERANGE)
			return 0;
		if (*end != '.')
			break;
		text = end + 1;
	}
	if (*end != '\0' && !isspace((unsigned char)*end))
		return 0;
	for (i = 0; i < n - 1; i++) {
		if (part[i] > 0xff)
			return 0;
		value |= (uint32_t)part[i] << (24 - 8 * i);
	}
	limit = 0xffffffffu >> (8 * (n - 1));
	if (part[n - 1] > limit)
		return 0;
	value |= (uint32_t)part[n - 1];
	if (address != NULL)
		address->s_addr = htonl(value);
	return 1;
}

in_addr_t
inet_addr(const char *text)
{
	struct in_addr address;

	return inet_aton(text, &address) ? address.s_addr : INADDR_NONE;
}

static char *
format(const unsigned char *b, char *text, size_t size)
{
	snprintf(text, size, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	return text;
}

char *
inet_ntoa(struct in_addr address)
{
	static char text[INET_ADDRSTRLEN];

	return format((const unsigned char *)&address, text, sizeof(text));
}

/* Only the Internet protocol that the kernel has. */
const char *
inet_ntop(int family, const void *address, char *text, socklen_t size)
{
	char full[INET_ADDRSTRLEN];

	if (family != AF_INET) {
		errno = EAFNOSUPPORT;
		return NULL;
	}
	format(address, full, sizeof(full));
	if (strlcpy(text, full, size) >= size) {
		errno = ENOSPC;
		return NULL;
	}
	return text;
}

int
inet_pton(int family, const char *text, void *address)
{
	unsigned char b[4];
	size_t i, digits;
	unsigned int n;

	if (family != AF_INET) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	for (i = 0; i < 4; i++) {
		if (i > 0 && *text++ != '.')
			return 0;
		for (n = 0, digits = 0; isdigit((unsigned char)*text); digits++)
			n = n * 10 + (*text++ - '0');
		if (digits == 0 || digits > 3 || n > 255)
			return 0;
		b[i] = n;
	}
	if (*text != '\0')
		return 0;
	memcpy(address, b, sizeof(b));
	return 1;
}
