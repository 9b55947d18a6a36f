#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "printf.h"
#include "wide_format.h"

void
__printf_put(struct out *out, const char *s, size_t len)
{
	FILE *fp = out->fp;

	out->total += out->wide ? count_characters(s, len) : len;
	if (len <= (size_t)fp->_w) {
		memcpy(fp->_p, s, len);
		fp->_p += len;
		fp->_w -= (int)len;
	} else if (__stdio_write(fp, s, len) != len)
		out->failed = true;
}

void
__printf_pad(struct out *out, char c, int n)
{
	char block[64];

	memset(block, c, n < (int)sizeof(block) ? (size_t)(n > 0 ? n : 0) : sizeof(block));
	for (; n > 0 && !out->failed; n -= (int)sizeof(block))
		__printf_put(out, block, n < (int)sizeof(block) ? (size_t)n : sizeof(block));
}

static void
store_count(const struct spec *spec, void *where, size_t total)
{
	switch (spec->length) {
	case LEN_HH:
		*(signed char *)where = (signed char)total;
		break;
	case LEN_H:
		*(short *)where = (short)total;
		break;
	case LEN_NONE:
		*(int *)where = (int)total;
		break;
	default:
		*(long *)where = (long)total;
		break;
	}
}

static void
convert(struct out *out, const struct spec *spec, union arg arg)
{
	switch (spec->conversion) {
	case 'd':
	case 'i':
	case 'o':
	case 'u':
	case 'x':
	case 'X':
	case 'p':
		__printf_integer(out, spec, arg);
		break;
	case 's':
		if (spec->length == LEN_L)
			__printf_wide_string(out, spec, arg.p);
		else
			__printf_string(out, spec, arg.p);
		break;
	case 'c':
		__printf_char(out, spec, arg.i);
		break;
	case 'n':
		store_count(spec, arg.p, out->total);
		break;
	case 'a':
	case 'A':
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		if (spec->length == LEN_LONG_DOUBLE)
			__printf_long_double(out, spec, arg.ld);
		else
			__printf_double(out, spec, arg.d);
		break;
	default:
		/* '%' itself, and any letter that means nothing. */
		__printf_char(out, spec, spec->conversion);
		break;
	}
}

/* Replace '*' by the arguments it stands for. */
static void
resolve_amounts(struct spec *spec, struct args *args)
{
	if (spec->width_from >= 0) {
		spec->width = next_arg(args, ARG_INT, spec->width_from).i;
		if (spec->width < 0) {
			spec->flags |= LEFT;
			spec->width = spec->width == INT_MIN ? INT_MAX : -spec->width;
		}
	}
	if (spec->precision_from >= 0) {
		spec->precision = next_arg(args, ARG_INT, spec->precision_from).i;
		if (spec->precision < 0)
			spec->precision = -1;
	}
}

/* %d and %s without any trimmings: nothing to parse and nothing to pad. */
static bool
convert_plain(struct out *out, char conversion, struct args *args)
{
	char digits[12], *end = digits + sizeof(digits), *p = end;
	const char *s;
	unsigned value;
	int n;

	if (args->table != NULL)
		return false;
	switch (conversion) {
	case 'd':
		n = va_arg(args->ap, int);
		value = n < 0 ? 0U - (unsigned)n : (unsigned)n;
		do
			*--p = (char)('0' + value % 10);
		while ((value /= 10) != 0);
		if (n < 0)
			*--p = '-';
		__printf_put(out, p, (size_t)(end - p));
		return true;
	case 's':
		s = va_arg(args->ap, const char *);
		if (s == NULL)
			s = "(null)";
		__printf_put(out, s, strlen(s));
		return true;
	default:
		return false;
	}
}

static void
format_all(struct out *out, const char *format, struct args *args)
{
	const char *start = format;

	while (!out->failed) {
		const char *percent = format;
		struct spec spec;

		/* Text between conversions is short, mostly: a loop beats a call. */
		while (*percent != '\0' && *percent != '%')
			percent++;

		if (percent != format)
			__printf_put(out, format, (size_t)(percent - format));
		if (*percent == '\0')
			return;
		if (convert_plain(out, percent[1], args)) {
			format = percent + 2;
			continue;
		}
		format = __printf_parse(percent + 1, &spec);
		if (spec.conversion == '\0')
			return;
		if (spec.position > 0 && args->table == NULL && __printf_collect(args, start) != 0) {
			out->failed = true;
			return;
		}
		resolve_amounts(&spec, args);
		if (spec.width == INT_MAX) {
			errno = EOVERFLOW;
			out->failed = true;
			return;
		}
		convert(out, &spec, next_arg(args, __printf_kind(&spec), spec.position));
	}
}

/*
 * For the length of one call every stream is fully buffered: an unbuffered one
 * borrows a buffer, a line-buffered one waits until the end to look for
 * newlines.  One printf is then, usually, one write.
 */
int
__stdio_vfprintf(FILE *fp, const char *format, va_list ap, bool wide)
{
	unsigned char borrowed[512];
	struct out out = { .fp = fp, .wide = wide };
	struct args args = { .table = NULL };
	int style;

	if (__stdio_writing(fp) == EOF)
		return -1;
	style = fp->_flags & (__SNBF | __SLBF);
	if (style != 0) {
		fp->_flags &= (unsigned short)~style;
		if (style & __SNBF) {
			fp->_bf._base = fp->_p = borrowed;
			fp->_bf._size = sizeof(borrowed);
		}
		__stdio_set_room(fp);
	}
	va_copy(args.ap, ap);
	format_all(&out, format, &args);
	va_end(args.ap);
	free(args.table);
	if (style & __SNBF) {
		if (__stdio_flush(fp) == EOF)
			out.failed = true;
		fp->_bf._base = fp->_p = fp->_nbuf;
		fp->_bf._size = 1;
	}
	if (style != 0) {
		fp->_flags |= (unsigned short)style;
		__stdio_set_room(fp);
	}
	if (style == __SLBF) {
		unsigned char *newline = memrchr(fp->_bf._base, '\n', bytes_held(fp));

		if (newline != NULL &&
		    __stdio_flush_part(fp, (size_t)(newline + 1 - fp->_bf._base)) == EOF)
			out.failed = true;
	}
	if (out.total > INT_MAX) {
		errno = EOVERFLOW;
		return -1;
	}
	return out.failed ? -1 : (int)out.total;
}

int
vfprintf(FILE *restrict fp, const char *restrict format, va_list ap)
{
	LOCKED(fp);
	return __stdio_vfprintf(fp, format, ap, false);
}
