/* stat: print what is known about files. */
#include <sys/stat.h>
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: stat [-FLnqrslx] [-f format] [-t timefmt] [file ...]\n";

#define PLAIN "%d %i %Sp %l %Su %Sg %r %z \"%Sa\" \"%Sm\" \"%Sc\" \"%SB\" %k %b %#Xf %N"
#define RAW "%d %i %#p %l %u %g %r %z %a %m %c %B %k %b %f %N"
#define LS "%Sp %l %Su %Sg %Z %Sm %N%SY"
#define LS_F "%Sp %l %Su %Sg %Z %Sm %N%T%SY"
#define SHELL "st_dev=%d st_ino=%i st_mode=%#p st_nlink=%l st_uid=%u st_gid=%g st_rdev=%r st_size=%z " \
	"st_atime=%a st_mtime=%m st_ctime=%c st_birthtime=%B st_blksize=%k st_blocks=%b st_flags=%f"
#define LONG "  File: \"%N\"%n  Size: %-11z  FileType: %HT%n" \
	"  Mode: (%01Mp%03OLp/%.10Sp)         Uid: (%5u/%8Su)  Gid: (%5g/%8Sg)%n" \
	"Device: %Hd,%Ld   Inode: %i    Links: %l%nAccess: %Sa%nModify: %Sm%nChange: %Sc"

static const char *time_format = "%b %e %H:%M:%S %Y";

/* One %-directive: flags, width and precision as printf has them, then output form, part, and datum. */
struct directive {
	char flags[8];
	int width, precision;	/* -1: not given */
	char form;		/* D O U X F S, or 0 */
	char part;		/* H M L, or 0 */
	char datum;
};

struct file {
	const char *name;
	struct stat st;
};

static const char *
parse(const char *p, struct directive *d)
{
	size_t n = 0;

	memset(d, 0, sizeof(*d));
	d->width = d->precision = -1;
	while (*p != '\0' && strchr("#+-0 ", *p) != NULL)
		if (n < sizeof(d->flags) - 1)
			d->flags[n++] = *p++;
		else
			p++;
	if (isdigit((unsigned char)*p))
		for (d->width = 0; isdigit((unsigned char)*p); p++)
			d->width = d->width * 10 + *p - '0';
	if (*p == '.')
		for (d->precision = 0, p++; isdigit((unsigned char)*p); p++)
			d->precision = d->precision * 10 + *p - '0';
	if (*p != '\0' && strchr("DOUXFS", *p) != NULL)
		d->form = *p++;
	if (*p != '\0' && strchr("HML", *p) != NULL)
		d->part = *p++;
	d->datum = *p;
	return *p != '\0' ? p + 1 : p;
}

/* The printf conversion that a directive asks for. */
static void
conversion(char *out, size_t size, const struct directive *d, const char *suffix)
{
	char width[12] = "", precision[12] = "";

	if (d->width >= 0)
		snprintf(width, sizeof(width), "%d", d->width);
	if (d->precision >= 0)
		snprintf(precision, sizeof(precision), ".%d", d->precision);
	snprintf(out, size, "%%%s%s%s%s", d->flags, width, precision, suffix);
}

static void
put_string(const struct directive *d, const char *text)
{
	char format[48];

	conversion(format, sizeof(format), d, "s");
	for (char *p = format + 1; *p == '#' || *p == '0' || *p == '+' || *p == ' '; )
		memmove(p, p + 1, strlen(p));
	printf(format, text);
}

static void
put_number(const struct directive *d, unsigned long long value, char form)
{
	char format[48], suffix[4] = { 'l', 'l', 0, 0 };

	suffix[2] = form == 'O' ? 'o' : form == 'X' ? 'x' : form == 'D' ? 'd' : 'u';
	conversion(format, sizeof(format), d, suffix);
	printf(format, value);
}

static void
put_time(const struct directive *d, const struct timespec *ts)
{
	char text[128];

	if (d->form == 'S') {
		strftime(text, sizeof(text), time_format, localtime(&ts->tv_sec));
		put_string(d, text);
	} else if (d->form == 'F') {
		struct directive whole = *d;

		whole.precision = -1;
		put_number(&whole, (unsigned long long)ts->tv_sec, 'D');
		snprintf(text, sizeof(text), "%09ld", ts->tv_nsec);
		printf(".%.*s", d->precision < 0 || d->precision > 9 ? 9 : d->precision, text);
	} else
		put_number(d, (unsigned long long)ts->tv_sec, d->form ? d->form : 'D');
}

static void
put_mode(const struct directive *d, mode_t mode)
{
	char text[12];

	if (d->form == 'S') {
		strmode(mode, text);
		if (d->part != 0) {
			int at = d->part == 'H' ? 1 : d->part == 'M' ? 4 : 7;

			text[at + 3] = '\0';
			put_string(d, text + at);
			return;
		}
		text[10] = '\0';	/* no place for the mark that something else controls access */
		put_string(d, text);
		return;
	}
	if (d->part == 'H')
		mode = mode >> 12;
	else if (d->part == 'M')
		mode = mode >> 9 & 7;
	else if (d->part == 'L')
		mode &= 0777;
	put_number(d, mode, d->form ? d->form : 'O');
}

static void
put_type(const struct directive *d, mode_t mode)
{
	static const struct {
		mode_t type;
		const char *name, *mark;
	} types[] = {
		{ S_IFREG, "Regular File", "" }, { S_IFDIR, "Directory", "/" }, { S_IFLNK, "Symbolic Link", "@" },
		{ S_IFCHR, "Character Device", "" }, { S_IFBLK, "Block Device", "" }, { S_IFIFO, "Fifo File", "|" },
		{ S_IFSOCK, "Socket", "=" },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i].type == (mode & S_IFMT)) {
			const char *mark = types[i].mark;

			if (S_ISREG(mode) && (mode & 0111) != 0)
				mark = "*";
			put_string(d, d->part == 'H' ? types[i].name : mark);
			return;
		}
	put_string(d, "???");
}

static void
put_device(const struct directive *d, dev_t device)
{
	char text[32];

	if (d->part == 'H')
		put_number(d, major(device), d->form ? d->form : 'U');
	else if (d->part == 'L')
		put_number(d, minor(device), d->form ? d->form : 'U');
	else if (d->form == 'S') {
		snprintf(text, sizeof(text), "%u,%u", (unsigned)major(device), (unsigned)minor(device));
		put_string(d, text);
	} else
		put_number(d, device, d->form ? d->form : 'U');
}

static void
put_target(const struct directive *d, const struct file *f)
{
	char text[PATH_MAX + 4] = "";
	size_t before = d->form == 'S' ? 4 : 0;
	ssize_t length;

	if (S_ISLNK(f->st.st_mode) && (length = readlink(f->name, text + before, PATH_MAX - 1)) >= 0) {
		memcpy(text, " -> ", before);
		text[before + (size_t)length] = '\0';
	}
	put_string(d, text);
}

static void
put(const struct directive *d, const struct file *f)
{
	const struct stat *st = &f->st;
	char form = d->form ? d->form : 'U';

	switch (d->datum) {
	case 'd': put_device(d, st->st_dev); break;
	case 'r': put_device(d, st->st_rdev); break;
	case 'i': put_number(d, st->st_ino, form); break;
	case 'p': put_mode(d, st->st_mode); break;
	case 'l': put_number(d, st->st_nlink, form); break;
	case 'u':
		if (d->form == 'S')
			put_string(d, user_from_uid(st->st_uid, 0));
		else
			put_number(d, st->st_uid, form);
		break;
	case 'g':
		if (d->form == 'S')
			put_string(d, group_from_gid(st->st_gid, 0));
		else
			put_number(d, st->st_gid, form);
		break;
	case 'a': put_time(d, &st->st_atim); break;
	case 'm': put_time(d, &st->st_mtim); break;
	case 'c': put_time(d, &st->st_ctim); break;
	case 'B': put_time(d, &st->st_birthtim); break;
	case 'z': put_number(d, (unsigned long long)st->st_size, form); break;
	case 'b': put_number(d, (unsigned long long)st->st_blocks, form); break;
	case 'k': put_number(d, (unsigned long long)st->st_blksize, form); break;
	case 'f': put_number(d, st->st_flags, form); break;
	case 'v': put_number(d, st->st_gen, form); break;
	case 'N': put_string(d, f->name); break;
	case 'T': put_type(d, st->st_mode); break;
	case 'Y': put_target(d, f); break;
	case 'Z':
		if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
			printf("%u,%u", (unsigned)major(st->st_rdev), (unsigned)minor(st->st_rdev));
		else
			put_number(d, (unsigned long long)st->st_size, form);
		break;
	default:
		errx(1, "%%%c: unknown directive", d->datum);
	}
}

static void
print(const char *format, const struct file *f)
{
	struct directive d;

	while (*format != '\0') {
		if (*format != '%') {
			putchar(*format++);
			continue;
		}
		format = parse(format + 1, &d);
		switch (d.datum) {
		case '%': putchar('%'); break;
		case 'n': putchar('\n'); break;
		case 't': putchar('\t'); break;
		case '\0': errx(1, "the format ends in a %%");
		default: put(&d, f);
		}
	}
}

int
main(int argc, char **argv)
{
	const char *format = PLAIN;
	bool follow = false, newline = true, quiet = false, marks = false;
	struct file f;
	int c, status = 0;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "FLf:lnqrst:x")) != -1) {
		switch (c) {
		case 'F': marks = true; format = LS_F; break;
		case 'L': follow = true; break;
		case 'f': format = optarg; break;
		case 'l': format = marks ? LS_F : LS; break;
		case 'n': newline = false; break;
		case 'q': quiet = true; break;
		case 'r': format = RAW; break;
		case 's': format = SHELL; break;
		case 't': time_format = optarg; break;
		case 'x': format = LONG; break;
		default: usage_error(usage);
		}
	}
	argc -= optind;
	argv += optind;
	for (int i = 0; i < (argc > 0 ? argc : 1); i++) {
		f.name = argc > 0 ? argv[i] : "(stdin)";
		/* -L shows a link that leads nowhere itself. */
		if (argc == 0 ? fstat(STDIN_FILENO, &f.st) == -1 :
		    (!follow || stat(f.name, &f.st) == -1) && lstat(f.name, &f.st) == -1) {
			if (!quiet)
				warn("%s", f.name);
			status = 1;
			continue;
		}
		print(format, &f);
		if (newline)
			putchar('\n');
	}
	return output_failed() ? 1 : status;
}
