/* ps: what processes there are. */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <ctype.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <unistd.h>

#include "command.h"
#include "processes.h"
#include "ps.h"

static const char usage[] =
    "usage: ps [-AacdefhjLlmrTuwx] [-o | -O key[=heading],...] [-p pid,...] [-t tty] [-U user] [-G group]\n";

#define DEFAULT "pid,tt,stat,time,command"
#define FULL "user,pid,ppid,%cpu=C,start=STIME,tt,time,command=CMD"
#define JOBS "user,pid,ppid,pgid,sess,jobc,stat,tt,time,command"
#define LONG "uid,pid,ppid,cpu,pri,ni,vsz,rss,wchan,stat,tt,time,command"
#define USER "user,pid,%cpu,%mem,vsz,rss,tt,stat,start,time,command"

#define CELL 4096	/* more of a command line is not shown */

struct shown {
	const struct column *column;
	const char *heading;
};

static struct shown shown[64];
static size_t shown_count;

/* Which processes to show. */
static bool everybody, all_with_terminal, without_terminal, by_pid, by_tty, by_user, by_group;
static pid_t pids[256];
static size_t pid_count;
static dev_t tty;
static uid_t user;
static gid_t group;
static bool sort_by_cpu, sort_by_memory;

/* Add columns: "key,key=heading,...". A heading is all that follows. The list is taken apart: not argv's own,
 * which is what we show as our command line. */
static void
add_columns(char *list)
{
	char *key, *heading;

	while ((key = list) != NULL && *key != '\0') {
		size_t length = strcspn(key, ", =");

		heading = NULL;
		list = NULL;
		if (key[length] == '=')
			heading = key + length + 1;
		else if (key[length] != '\0')
			list = key + length + 1;
		key[length] = '\0';
		if (length == 0)
			continue;
		if (shown_count == sizeof(shown) / sizeof(*shown))
			errx(1, "too many columns");
		if ((shown[shown_count].column = find_column(key)) == NULL)
			errx(1, "%s: keyword not found", key);
		shown[shown_count].heading = heading != NULL ? heading : shown[shown_count].column->heading;
		shown_count++;
	}
}

/* The columns of a built-in format, where commas come after headings, too. */
static void
add_format(const char *format)
{
	char *copy = strdup(format), *next = copy, *key;

	while ((key = strsep(&next, ",")) != NULL)
		add_columns(key);
}

static void
add_pids(char *list)
{
	char *word, *end;

	while ((word = strsep(&list, ", ")) != NULL) {
		if (*word == '\0')
			continue;
		if (pid_count == sizeof(pids) / sizeof(*pids))
			errx(1, "too many process ids");
		pids[pid_count++] = (pid_t)strtol(word, &end, 10);
		if (*end != '\0')
			errx(1, "%s: invalid process id", word);
	}
	by_pid = true;
}

static void
choose_tty(const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	if (*name == '/')
		snprintf(path, sizeof(path), "%s", name);
	else {
		snprintf(path, sizeof(path), "/dev/%s", name);
		if (stat(path, &st) == -1)
			snprintf(path, sizeof(path), "/dev/tty%s", name);
	}
	if (stat(path, &st) == -1)
		err(1, "%s", path);
	tty = st.st_rdev;
	by_tty = true;
}

static unsigned
identity(const char *text, bool is_user)
{
	struct passwd *p = is_user ? getpwnam(text) : NULL;
	gid_t gid;
	char *end;
	unsigned long value;

	if (p != NULL)
		return p->pw_uid;
	if (!is_user && gid_from_group(text, &gid) == 0)
		return gid;
	value = strtoul(text, &end, 10);
	if (*text == '\0' || *end != '\0')
		errx(1, "%s: no such %s", text, is_user ? "user" : "group");
	return (unsigned)value;
}

static bool
chosen(const struct kinfo_proc2 *k, const struct kinfo_proc2 *self)
{
	bool terminal = k->p_tdev != (uint32_t)-1 && k->p_flag & FLAG_CONTROLT;

	if (by_pid || by_tty || by_user || by_group) {
		for (size_t i = 0; i < pid_count; i++)
			if (pids[i] == k->p_pid)
				return true;
		return (by_tty && terminal && k->p_tdev == tty) || (by_user && k->p_uid == user) ||
		    (by_group && k->p_gid == group);
	}
	if (everybody)
		return true;
	if (!all_with_terminal && k->p_uid != geteuid())
		return false;
	/* Without a terminal of one's own, processes without one are one's own. */
	if (!without_terminal && !terminal && (self == NULL || self->p_tdev != (uint32_t)-1))
		return false;
	return without_terminal || all_with_terminal || self == NULL || k->p_tdev == self->p_tdev;
}

static int
compare(const void *a, const void *b)
{
	const struct kinfo_proc2 *x = a, *y = b;

	if (sort_by_cpu) {
		double p = cpu_percent(x), q = cpu_percent(y);

		if (p != q)
			return p < q ? 1 : -1;
	}
	if (sort_by_memory && x->p_vm_rssize != y->p_vm_rssize)
		return x->p_vm_rssize < y->p_vm_rssize ? 1 : -1;
	if (x->p_tdev != y->p_tdev && !sort_by_cpu && !sort_by_memory)
		return x->p_tdev < y->p_tdev ? -1 : 1;
	return (x->p_pid > y->p_pid) - (x->p_pid < y->p_pid);
}

/* Print a table whose columns are as wide as they need to be. */
static void
print(const struct kinfo_proc2 *list, size_t count, bool headings, int line_width)
{
	char **cells = calloc((count + 1) * shown_count, sizeof(*cells)), buffer[CELL], *line;
	int widths[64] = { 0 };

	for (size_t row = 0; row <= count; row++) {
		for (size_t i = 0; i < shown_count; i++) {
			char **cell = &cells[row * shown_count + i];

			if (row == 0)
				*cell = strdup(shown[i].heading);
			else {
				shown[i].column->print(&list[row - 1], buffer, sizeof(buffer));
				*cell = strdup(buffer);
			}
			if (*cell == NULL)
				err(1, NULL);
			if ((int)strlen(*cell) > widths[i])
				widths[i] = (int)strlen(*cell);
		}
	}
	if ((line = malloc(CELL * (shown_count + 1))) == NULL)
		err(1, NULL);
	for (size_t row = headings ? 0 : 1; row <= count; row++) {
		int at = 0;

		for (size_t i = 0; i < shown_count; i++) {
			bool last = i + 1 == shown_count, left = shown[i].column->left;

			at += sprintf(line + at, "%s%*s", i > 0 ? " " : "", last && left ? 0 : left ? -widths[i] : widths[i],
			    cells[row * shown_count + i]);
		}
		printf("%.*s\n", line_width, line);
	}
}

/* The headings of a format given by -o "key=" may all be empty: then there is no line of them. */
static bool
has_headings(void)
{
	for (size_t i = 0; i < shown_count; i++)
		if (shown[i].heading[0] != '\0')
			return true;
	return false;
}

static void
list_keywords(void)
{
	for (const struct column *c = columns; c->name != NULL; c++)
		printf("%s%s", c->name, c[1].name != NULL ? " " : "\n");
	exit(output_failed());
}

int
main(int argc, char **argv)
{
	bool headings = true;
	int c, width = INT_MAX;
	struct winsize size;
	struct kinfo_proc2 *list, *self = NULL;
	size_t count, kept = 0;
	const char *format = DEFAULT, *extra = NULL;

	answer_help(argc, argv, usage);
	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		width = size.ws_col;
	if (argc > 1 && argv[1][0] != '-' && argv[1][0] != '\0') {	/* "ps aux" */
		char *options;

		if (isdigit((unsigned char)argv[1][0]))
			asprintf(&options, "-p%s", argv[1]);
		else
			asprintf(&options, "-%s", argv[1]);
		argv[1] = options;
	}
	while ((c = getopt(argc, argv, "AaCcdefG:hjLlmO:o:p:rTt:U:uwx")) != -1) {
		switch (c) {
		case 'A': case 'e': everybody = true; break;
		case 'a': all_with_terminal = true; break;
		case 'C': break;
		case 'c': only_name = true; break;
		case 'd': everybody = true; break;
		case 'f': format = FULL; break;
		case 'G': group = identity(optarg, false); by_group = true; break;
		case 'h': headings = false; break;
		case 'j': format = JOBS; break;
		case 'L': list_keywords(); break;
		case 'l': format = LONG; break;
		case 'm': sort_by_memory = true; break;
		case 'O': extra = optarg; break;
		case 'o': add_columns(strdup(optarg)); format = NULL; break;
		case 'p': add_pids(strdup(optarg)); break;
		case 'r': sort_by_cpu = true; break;
		case 'T':
			if (ttyname(STDIN_FILENO) == NULL)
				errx(1, "standard input is not a terminal");
			choose_tty(ttyname(STDIN_FILENO));
			break;
		case 't': choose_tty(optarg); break;
		case 'U': user = identity(optarg, true); by_user = true; break;
		case 'u': format = USER; sort_by_cpu = true; break;
		case 'w': width = width < 132 ? 132 : INT_MAX; break;
		case 'x': without_terminal = true; break;
		default: usage_error(usage);
		}
	}
	for (; optind < argc; optind++)
		add_pids(strdup(argv[optind]));
	if (extra != NULL) {
		add_columns(strdup("pid"));
		add_columns(strdup(extra));
		format = "stat,tt,time,command";
	}
	if (format != NULL)
		add_format(format);
	if (all_with_terminal && without_terminal)
		everybody = true;
	list = get_processes(KERN_PROC_ALL, 0, &count);
	for (size_t i = 0; i < count; i++)
		if (list[i].p_pid == getpid())
			self = memcpy(malloc(sizeof(*self)), &list[i], sizeof(*self));
	for (size_t i = 0; i < count; i++)
		if (chosen(&list[i], self))
			list[kept++] = list[i];
	qsort(list, kept, sizeof(*list), compare);
	print(list, kept, headings && has_headings(), width);
	return output_failed() || kept == 0;
}
