/* dd: copy in blocks, converting on the way. */
#include <sys/stat.h>
#include <sys/time.h>
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

static const char usage[] =
    "usage: dd [if=file] [of=file] [bs=n] [ibs=n] [obs=n] [cbs=n] [count=n] [skip=n] [seek=n]\n"
    "          [conv=block|unblock|lcase|ucase|swab|noerror|notrunc|sync|sparse,...] [status=none|noxfer]\n";

enum {
	BLOCK = 1, UNBLOCK = 2, LCASE = 4, UCASE = 8, SWAB = 16, NOERROR = 32, NOTRUNC = 64, SYNC = 128, SPARSE = 256,
	FSYNC = 512
};

static const struct {
	const char *name;
	int flag;
} conversions[] = {
	{ "block", BLOCK }, { "unblock", UNBLOCK }, { "lcase", LCASE }, { "ucase", UCASE }, { "swab", SWAB },
	{ "noerror", NOERROR }, { "notrunc", NOTRUNC }, { "sync", SYNC }, { "sparse", SPARSE }, { "fsync", FSYNC },
};

static size_t in_size = 512, out_size = 512, record_size;
static uintmax_t limit = UINTMAX_MAX, skip, seek;
static int conversion, in = STDIN_FILENO, out = STDOUT_FILENO;
static const char *in_name = "stdin", *out_name = "stdout";
static bool one_size, quiet, no_rate;

static uintmax_t in_full, in_part, out_full, out_part, truncated, bytes;
static char *output;
static size_t output_length;
static struct timespec started;

/* "4k", "2x512": a number of bytes or blocks. */
static uintmax_t
number(const char *text, const char *operand)
{
	char *end;
	uintmax_t value, factor;

	errno = 0;
	value = strtoumax(text, &end, 10);
	if (end == text || *text == '-' || errno != 0)
		errx(1, "%s: illegal numeric value", operand);
	switch (*end) {
	case 'b': value *= 512; end++; break;
	case 'w': value *= sizeof(int); end++; break;
	case 'k': case 'K': value <<= 10; end++; break;
	case 'm': case 'M': value <<= 20; end++; break;
	case 'g': case 'G': value <<= 30; end++; break;
	default: break;
	}
	if (*end == 'x' || *end == '*') {
		factor = number(end + 1, operand);
		return value * factor;
	}
	if (*end != '\0')
		errx(1, "%s: illegal numeric value", operand);
	return value;
}

static size_t
block_size(const char *text, const char *operand)
{
	uintmax_t value = number(text, operand);

	if (value == 0 || value > 1 << 30)
		errx(1, "%s: a block has between 1 byte and 1 gigabyte", operand);
	return (size_t)value;
}

static void
add_conversions(char *list)
{
	char *name;

	while ((name = strsep(&list, ",")) != NULL) {
		size_t i = 0, count = sizeof(conversions) / sizeof(*conversions);

		while (i < count && strcmp(conversions[i].name, name) != 0)
			i++;
		if (i == count)
			errx(1, "unknown conversion %s", name);
		conversion |= conversions[i].flag;
	}
}

static void
operand(char *text)
{
	char *value = strchr(text, '=');

	if (value == NULL)
		errx(1, "unrecognized operand %s", text);
	*value++ = '\0';
	if (strcmp(text, "if") == 0)
		in_name = value;
	else if (strcmp(text, "of") == 0)
		out_name = value;
	else if (strcmp(text, "bs") == 0) {
		in_size = out_size = block_size(value, text);
		one_size = true;
	} else if (strcmp(text, "ibs") == 0) {
		if (!one_size)
			in_size = block_size(value, text);
	} else if (strcmp(text, "obs") == 0) {
		if (!one_size)
			out_size = block_size(value, text);
	} else if (strcmp(text, "cbs") == 0)
		record_size = block_size(value, text);
	else if (strcmp(text, "count") == 0)
		limit = number(value, text);
	else if (strcmp(text, "skip") == 0 || strcmp(text, "iseek") == 0)
		skip = number(value, text);
	else if (strcmp(text, "seek") == 0 || strcmp(text, "oseek") == 0)
		seek = number(value, text);
	else if (strcmp(text, "conv") == 0)
		add_conversions(value);
	else if (strcmp(text, "status") == 0) {
		quiet = strcmp(value, "none") == 0;
		no_rate = strcmp(value, "noxfer") == 0;
		if (!quiet && !no_rate && strcmp(value, "progress") != 0)
			errx(1, "unknown status %s", value);
	} else
		errx(1, "unknown operand %s", text);
}

static void
summary(void)
{
	struct timespec now, took;
	double seconds;

	if (quiet)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	timespecsub(&now, &started, &took);
	seconds = (double)took.tv_sec + (double)took.tv_nsec / 1e9;
	fprintf(stderr, "%ju+%ju records in\n%ju+%ju records out\n", in_full, in_part, out_full, out_part);
	if (truncated > 0)
		fprintf(stderr, "%ju truncated %s\n", truncated, truncated == 1 ? "record" : "records");
	if (!no_rate)
		fprintf(stderr, "%ju bytes transferred in %.3f secs (%.0f bytes/sec)\n", bytes, seconds,
		    seconds > 0 ? (double)bytes / seconds : 0);
}

static void
interrupted(int signo)
{
	summary();
	if (signo != SIGINFO) {
		signal(signo, SIG_DFL);
		raise(signo);
	}
}

static void
write_block(const char *data, size_t length)
{
	size_t done = 0;
	ssize_t n;

	if (conversion & SPARSE && length == out_size) {
		size_t i = 0;

		while (i < length && data[i] == '\0')
			i++;
		if (i == length && lseek(out, (off_t)length, SEEK_CUR) != -1) {
			out_full++;
			bytes += length;
			return;
		}
	}
	while (done < length) {
		n = write(out, data + done, length - done);
		if (n == -1) {
			warn("%s", out_name);
			summary();
			exit(1);
		}
		done += (size_t)n;
		bytes += (size_t)n;
	}
	if (length == out_size)
		out_full++;
	else
		out_part++;
}

/* Gather output until a block of it is full. */
static void
put(const char *data, size_t length)
{
	while (length > 0) {
		size_t n = out_size - output_length;

		if (n > length)
			n = length;
		memcpy(output + output_length, data, n);
		output_length += n;
		data += n;
		length -= n;
		if (output_length == out_size) {
			write_block(output, out_size);
			output_length = 0;
		}
	}
}

static size_t column;	/* within a record, for conv=block and conv=unblock */
static size_t blanks;

/* Lines into records of a fixed length, filled up with blanks. */
static void
put_block(const char *data, size_t length)
{
	static char blank = ' ';

	for (; length > 0; data++, length--) {
		if (*data == '\n') {
			if (column > record_size)
				truncated++;
			for (; column < record_size; column++)
				put(&blank, 1);
			column = 0;
		} else if (column++ < record_size)
			put(data, 1);
	}
}

/* Records into lines, without the blanks at their ends. */
static void
put_unblock(const char *data, size_t length)
{
	for (; length > 0; data++, length--) {
		if (*data == ' ')
			blanks++;
		else {
			for (; blanks > 0; blanks--)
				put(" ", 1);
			put(data, 1);
		}
		if (++column == record_size) {
			put("\n", 1);
			column = blanks = 0;
		}
	}
}

static void
convert(char *data, size_t length)
{
	if (conversion & SWAB)
		for (size_t i = 0; i + 1 < length; i += 2) {
			char c = data[i];

			data[i] = data[i + 1];
			data[i + 1] = c;
		}
	for (size_t i = 0; conversion & (LCASE | UCASE) && i < length; i++)
		data[i] = (char)(conversion & LCASE ? tolower((unsigned char)data[i]) : toupper((unsigned char)data[i]));
	if (conversion & BLOCK)
		put_block(data, length);
	else if (conversion & UNBLOCK)
		put_unblock(data, length);
	else if (one_size && !(conversion & SYNC))
		write_block(data, length);	/* bs=: blocks go out as they come in */
	else
		put(data, length);
}

static void
skip_input(char *buffer)
{
	if (skip == 0)
		return;
	if (lseek(in, (off_t)(skip * in_size), SEEK_CUR) != -1)
		return;
	for (uintmax_t left = skip; left > 0; left--) {
		ssize_t n = read(in, buffer, in_size);

		if (n == -1)
			err(1, "%s", in_name);
		if (n == 0)
			errx(1, "%s: end of file while skipping", in_name);
	}
}

static void
open_files(void)
{
	struct stat st;
	int flags = O_CREAT | (seek > 0 || conversion & NOTRUNC ? 0 : O_TRUNC);

	if (strcmp(in_name, "stdin") != 0 && (in = open(in_name, O_RDONLY)) == -1)
		err(1, "%s", in_name);
	if (strcmp(out_name, "stdout") != 0) {
		out = open(out_name, O_RDWR | flags, 0666);
		if (out == -1)
			out = open(out_name, O_WRONLY | flags, 0666);
		if (out == -1)
			err(1, "%s", out_name);
		/* seek= keeps what is before, and cuts what is behind. */
		if (seek > 0 && !(conversion & NOTRUNC) && fstat(out, &st) == 0 && S_ISREG(st.st_mode) &&
		    ftruncate(out, (off_t)(seek * out_size)) == -1)
			err(1, "%s", out_name);
	}
	if (seek > 0 && lseek(out, (off_t)(seek * out_size), SEEK_CUR) == -1)
		err(1, "%s: cannot seek", out_name);
}

static int
copy(char *buffer)
{
	int status = 0;

	while (in_full + in_part < limit) {
		ssize_t n;

		if (conversion & SYNC)
			memset(buffer, conversion & (BLOCK | UNBLOCK) ? ' ' : 0, in_size);
		n = read(in, buffer, in_size);
		if (n == 0)
			break;
		if (n == -1) {
			warn("%s", in_name);
			status = 1;
			if (!(conversion & NOERROR))
				break;
			summary();
			if (lseek(in, (off_t)in_size, SEEK_CUR) == -1 || !(conversion & SYNC)) {
				in_part++;
				continue;
			}
			n = 0;
		}
		if ((size_t)n == in_size)
			in_full++;
		else
			in_part++;
		convert(buffer, conversion & SYNC ? in_size : (size_t)n);
	}
	return status;
}

int
main(int argc, char **argv)
{
	char *buffer;
	int status;

	answer_help(argc, argv, usage);
	for (argv++; *argv != NULL; argv++)
		operand(*argv);
	if (conversion & (BLOCK | UNBLOCK) && record_size == 0)
		errx(1, "conv=block and conv=unblock need cbs=");
	buffer = malloc(in_size);
	output = malloc(out_size);
	if (buffer == NULL || output == NULL)
		err(1, NULL);
	open_files();
	clock_gettime(CLOCK_MONOTONIC, &started);
	signal(SIGINFO, interrupted);
	signal(SIGINT, interrupted);
	skip_input(buffer);
	status = copy(buffer);
	if (conversion & BLOCK && column > 0)
		put_block("\n", 1);
	if (conversion & UNBLOCK && column > 0)
		put("\n", 1);
	if (output_length > 0)
		write_block(output, output_length);
	if (conversion & SPARSE) {
		off_t end = lseek(out, 0, SEEK_CUR);
		struct stat st;

		/* A file that ends in a hole has to be given its length. */
		if (end != -1 && fstat(out, &st) == 0 && st.st_size < end && ftruncate(out, end) == -1)
			err(1, "%s", out_name);
	}
	if ((conversion & FSYNC && fsync(out) == -1) || close(out) == -1)
		err(1, "%s", out_name);
	summary();
	return status;
}
