/*
 * sha256: digests of files (FIPS 180-4), written or checked.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: sha256 [-c] [file ...]\n"
    "  -c  check the digests that are listed in the files\n"
    "Lines are of the digest, two blanks, and the file's name.\n";

struct sha256 {
	uint32_t state[8];
	uint64_t length;	/* bytes */
	unsigned char block[64];
};

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static uint32_t
rotate(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static void
compress(uint32_t state[8], const unsigned char *block)
{
	uint32_t w[64], s[8];

	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		    (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < 64; i++)
		w[i] = w[i - 16] + w[i - 7] +
		    (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) +
		    (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
	memcpy(s, state, sizeof(s));
	for (int i = 0; i < 64; i++) {
		uint32_t choose = (s[4] & s[5]) ^ (~s[4] & s[6]);
		uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
		uint32_t t1 = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) + choose +
		    constants[i] + w[i];
		uint32_t t2 = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) + majority;

		memmove(s + 1, s, 7 * sizeof(s[0]));
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		state[i] += s[i];
}

static void
add(struct sha256 *h, const unsigned char *data, size_t size)
{
	while (size > 0) {
		size_t used = h->length % 64, n = 64 - used < size ? 64 - used : size;

		memcpy(h->block + used, data, n);
		h->length += n;
		data += n;
		size -= n;
		if (used + n == 64)
			compress(h->state, h->block);
	}
}

static void
finish(struct sha256 *h, char digest[65])
{
	static const unsigned char padding[64] = { 0x80 };
	unsigned char bits[8];

	for (int i = 0; i < 8; i++)
		bits[i] = (unsigned char)(h->length * 8 >> (56 - 8 * i));
	add(h, padding, 1 + (119 - h->length % 64) % 64);
	add(h, bits, 8);
	for (int i = 0; i < 8; i++)
		snprintf(digest + 8 * i, 9, "%08x", h->state[i]);
}

/* False, and a message, when the file cannot be read. */
static bool
digest_file(const char *name, char digest[65])
{
	/* The fractional parts of the square roots of the first eight primes. */
	struct sha256 h = { { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
	    0x1f83d9ab, 0x5be0cd19 }, 0, { 0 } };
	static unsigned char buffer[16384];
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	size_t n;
	bool good;

	if (f == NULL) {
		warn("%s", name);
		return false;
	}
	while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		add(&h, buffer, n);
	if (!(good = !ferror(f)))
		warn("%s", name);
	if (f != stdin)
		fclose(f);
	finish(&h, digest);
	return good;
}

static int
check_list(const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	char *line = NULL, digest[65];
	size_t size = 0;
	ssize_t n;
	int status = 0;

	if (f == NULL) {
		warn("%s", name);
		return 1;
	}
	while ((n = getline(&line, &size, f)) != -1) {
		if (line[n - 1] == '\n')
			line[--n] = '\0';
		if (n < 67 || strspn(line, "0123456789abcdefABCDEF") != 64 || line[64] != ' ') {
			warnx("%s: not a line of digest and name: %s", name, line);
			status = 1;
		} else if (!digest_file(line + 66, digest) || strncasecmp(digest, line, 64) != 0) {
			printf("%s: FAILED\n", line + 66);
			status = 1;
		} else
			printf("%s: OK\n", line + 66);
	}
	free(line);
	if (f != stdin)
		fclose(f);
	return status;
}

static int
show(const char *name)
{
	char digest[65];

	if (!digest_file(name, digest))
		return 1;
	printf("%s  %s\n", digest, name);
	return 0;
}

int
main(int argc, char **argv)
{
	int c, status = 0;
	bool check = false;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "c")) != -1) {
		if (c == '?')
			usage(1);
		check = true;
	}
	if (optind == argc)
		status = check ? check_list("-") : show("-");
	for (int i = optind; i < argc; i++)
		status |= check ? check_list(argv[i]) : show(argv[i]);
	if (fflush(stdout) == EOF)
		err(1, "stdout");
	return status;
}
