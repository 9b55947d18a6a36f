#include "printf.h"

/*
 * The kinds of arguments, in order, of one conversion after another; ARG_NONE
 * at the end.  Width and precision arguments count too.
 */
struct walk {
	const char *format;
	int pending;
	enum arg_kind last;
	struct spec spec;
};

static enum arg_kind
next_kind(struct walk *w)
{
	for (;;) {
		if (w->pending > 0) {
			w->pending--;
			return ARG_INT;
		}
		if (w->last != ARG_NONE) {
			enum arg_kind kind = w->last;

			w->last = ARG_NONE;
			return kind;
		}
		w->format = strchr(w->format, '%');
		if (w->format == NULL) {
			w->format = "";
			return ARG_NONE;
		}
		w->format = __printf_parse(w->format + 1, &w->spec);
		w->pending = (w->spec.width_from >= 0) + (w->spec.precision_from >= 0);
		w->last = __printf_kind(&w->spec);
	}
}

/* The suspect format, if it takes the arguments that the trusted one takes. */
const char *
fmtcheck(const char *suspect, const char *trusted)
{
	struct walk a = { .format = suspect }, b = { .format = trusted };

	if (suspect == NULL)
		return trusted;
	for (;;) {
		enum arg_kind kind = next_kind(&a), expected;

		/* Taking fewer arguments than there are is harmless. */
		if (kind == ARG_NONE)
			return suspect;
		expected = next_kind(&b);
		if (kind != expected)
			return trusted;
		if (kind == ARG_POINTER &&
		    (a.spec.conversion != b.spec.conversion || a.spec.length != b.spec.length))
			return trusted;
	}
}
