#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST	512
#define LARGEST		(1024L * 1024 * 1024)

/*
 * The block size that BLOCKSIZE asks for ("512", "4k", "1M") and a header that
 * names it, "4K-blocks"; the header's length goes to *header_len.
 */
char *
getbsize(int *header_len, long *block_size)
{
	static char header[32];
	const char *wish = getenv("BLOCKSIZE"), *unit = "";
	long size = SMALLEST, scale = 1;

	if (wish != NULL && *wish != '\0') {
		char *end;
		intmax_t number = strtoimax(wish, &end, 10);

		if (end == wish)
			number = 1;
		switch (*end | 0x20) {
		case 'g':
			scale = 1024L * 1024 * 1024;
			break;
		case 'm':
			scale = 1024L * 1024;
			break;
		case 'k':
			scale = 1024;
			break;
		default:
			break;
		}
		if (scale > 1)
			end++;
		if (*end != '\0' || number <= 0) {
			warnx("%s: unknown blocksize", wish);
			number = SMALLEST;
			scale = 1;
		}
		if (number > LARGEST / scale) {
			warnx("maximum blocksize is %ldG", LARGEST >> 30);
			number = LARGEST / scale;
		}
		size = number * scale;
		if (size < SMALLEST) {
			warnx("minimum blocksize is %d", SMALLEST);
			size = SMALLEST;
		}
	}
	*block_size = size;
	for (scale = LARGEST; scale > 1 && size % scale != 0; scale /= 1024)
		continue;
	if (scale > 1) {
		unit = scale == 1024 ? "K" : scale == 1024L * 1024 ? "M" : "G";
		size /= scale;
	}
	*header_len = snprintf(header, sizeof(header), "%ld%s-blocks", size, unit);
	return header;
}
