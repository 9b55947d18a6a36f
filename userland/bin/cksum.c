/*
 * cksum: the POSIX checksum and the size of files.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] = "usage: cksum [file ...]\n";

#define POLYNOMIAL	0x04c11db7U	/* the CRC of Ethernet, most significant bit first */

static uint32_t table[256];

static void
make_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i << 24;

		for (int bit = 0; bit < 8; bit++)
			c = c << 1 ^ (c >> 31 != 0 ? POLYNOMIAL : 0);
		table[i] = c;
	}
}

static uint32_t
step(uint32_t crc, unsigned char byte)
{
	return crc << 8 ^ table[crc >> 24 ^ byte];
}

/* The length follows the data, least significant byte first and no longer than it must be. */
static int
cksum(int fd, const char *name)
{
	static unsigned char buffer[65536];
	unsigned long long size = 0;
	uint32_t crc = 0;
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
		size += (unsigned long long)n;
		for (ssize_t i = 0; i < n; i++)
			crc = step(crc, buffer[i]);
	}
	if (n == -1) {
		warn("%s", name == NULL ? "stdin" : name);
		return 1;
	}
	for (unsigned long long left = size; left > 0; left >>= 8)
		crc = step(crc, (unsigned char)left);
	printf("%lu %llu%s%s\n", (unsigned long)(uint32_t)~crc, size, name == NULL ? "" : " ",
	    name == NULL ? "" : name);
	return 0;
}

int
main(int argc, char **argv)
{
	int first = 1, status = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs(usage_text, stdout);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--") == 0)
		first++;
	make_table();
	if (first >= argc)
		status = cksum(STDIN_FILENO, NULL);
	for (int i = first; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY);

		if (fd == -1) {
			warn("%s", argv[i]);
			status = 1;
			continue;
		}
		status |= cksum(fd, argv[i]);
		close(fd);
	}
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
