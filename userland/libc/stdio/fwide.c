#include "local.h"

/* Once a stream is used with bytes or wide characters it stays that way. */
int
fwide(FILE *fp, int mode)
{
	LOCKED(fp);
	struct stream_ext *ext = stream_ext(fp);

	if (ext->orientation == 0 && mode != 0)
		ext->orientation = mode > 0 ? 1 : -1;
	return ext->orientation;
}
