/* kern.proc_args of a process that says it has more arguments than exec would have taken. */
#include <sys/types.h>
#include <sys/exec.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include "check.h"

#define ARGUMENTS_MAX	(256 * 1024)
#define COUNT		64

extern struct ps_strings *__ps_strings;

int
main(void)
{
	static char text[ARGUMENTS_MAX - 1], found[ARGUMENTS_MAX], *arguments[COUNT];
	int mib[4] = { CTL_KERN, KERN_PROC_ARGS, -1, KERN_PROC_ARGV };
	size_t length = (size_t)1 << 40;

	memset(text, 'a', sizeof(text) - 1);
	for (int i = 0; i < COUNT; i++)
		arguments[i] = text;
	__ps_strings->ps_argvstr = arguments;
	__ps_strings->ps_nargvstr = COUNT;
	CHECK_EQ(sysctl(mib, 4, found, &length, NULL, 0), 0);
	CHECK_EQ(length, sizeof(found));
	CHECK_STR(found, text);
	CHECK_EQ(found[sizeof(text)], 'a');
	return 0;
}
