/* What the parts of ps share. */
#include <sys/param.h>
#include <sys/sysctl.h>
#include <stdbool.h>
#include <stddef.h>

struct column {
	const char *name, *heading;
	bool left;		/* text, rather than a number */
	void (*print)(const struct kinfo_proc2 *, char *, size_t);
};

extern const struct column columns[];
extern bool only_name;	/* -c: what was executed, not what it calls itself */

const struct column *find_column(const char *);
double cpu_percent(const struct kinfo_proc2 *);
