/*
 * Blocks.  An archive is written in records of 20 blocks, as tapes want it.
 */
#include "tar.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD	(20 * BLOCK)

static int fd;
static const char *name;
static bool writing;
static unsigned char record[RECORD];
static size_t used, filled;

void
open_archive(bool for_writing)
{
	writing = for_writing;
	if (options.file == NULL || strcmp(options.file, "-") == 0) {
		name = writing ? "stdout" : "stdin";
		fd = writing ? STDOUT_FILENO : STDIN_FILENO;
		if (isatty(fd))
			errx(2, "an archive is not for a terminal: use -f");
		return;
	}
	name = options.file;
	fd = open(name, writing ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0666);
	if (fd == -1)
		err(2, "%s", name);
}

static void
write_record(void)
{
	ssize_t n;

	for (size_t done = 0; done < RECORD; done += (size_t)n)
		if ((n = write(fd, record + done, RECORD - done)) == -1)
			err(2, "%s", name);
	used = 0;
}

void
write_block(const void *block)
{
	memcpy(record + used, block, BLOCK);
	used += BLOCK;
	if (used == RECORD)
		write_record();
}

/* Two empty blocks end an archive. */
void
close_archive(void)
{
	static const char empty[BLOCK];

	if (writing) {
		write_block(empty);
		write_block(empty);
		while (used > 0)
			write_block(empty);
	}
	if (fd > STDERR_FILENO && close(fd) == -1)
		err(2, "%s", name);
}

static void
fill(void)
{
	ssize_t n;

	used = filled = 0;
	while (filled < RECORD && (n = read(fd, record + filled, RECORD - filled)) != 0) {
		if (n == -1)
			err(2, "%s", name);
		filled += (size_t)n;
	}
	if (filled % BLOCK != 0)
		errx(2, "%s: ends within a block", name);
}

bool
read_block(unsigned char *block)
{
	if (used == filled)
		fill();
	if (filled == 0)
		return false;
	memcpy(block, record + used, BLOCK);
	used += BLOCK;
	return true;
}

void
skip_data(off_t size)
{
	unsigned char block[BLOCK];

	for (; size > 0; size -= BLOCK)
		if (!read_block(block))
			errx(2, "%s: ends within a file", name);
}
