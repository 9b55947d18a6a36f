/* stty: show and change the settings of the terminal that is standard input. */
#include <sys/ioctl.h>
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <termios.h>
#include <unistd.h>

#include "command.h"

static const char usage[] = "usage: stty [-a | -e | -g] [-f file] [setting ...]\n";

enum word { INPUT, OUTPUT, CONTROL, LOCAL };

/* Settings that are a bit, or a value of a field (`mask`): `shown` in a short listing if not as usual. */
static const struct flag {
	const char *name;
	enum word word;
	tcflag_t bits, mask;
	bool usual;
} flags[] = {
	{ "icanon", LOCAL, ICANON, ICANON, true }, { "isig", LOCAL, ISIG, ISIG, true },
	{ "iexten", LOCAL, IEXTEN, IEXTEN, true }, { "echo", LOCAL, ECHO, ECHO, true },
	{ "echoe", LOCAL, ECHOE, ECHOE, true }, { "echok", LOCAL, ECHOK, ECHOK, false },
	{ "echoke", LOCAL, ECHOKE, ECHOKE, true }, { "echonl", LOCAL, ECHONL, ECHONL, false },
	{ "echoctl", LOCAL, ECHOCTL, ECHOCTL, true }, { "echoprt", LOCAL, ECHOPRT, ECHOPRT, false },
	{ "altwerase", LOCAL, ALTWERASE, ALTWERASE, false }, { "noflsh", LOCAL, NOFLSH, NOFLSH, false },
	{ "tostop", LOCAL, TOSTOP, TOSTOP, false }, { "flusho", LOCAL, FLUSHO, FLUSHO, false },
	{ "pendin", LOCAL, PENDIN, PENDIN, false }, { "nokerninfo", LOCAL, NOKERNINFO, NOKERNINFO, false },
	{ "extproc", LOCAL, EXTPROC, EXTPROC, false },
	{ "istrip", INPUT, ISTRIP, ISTRIP, false }, { "icrnl", INPUT, ICRNL, ICRNL, true },
	{ "inlcr", INPUT, INLCR, INLCR, false }, { "igncr", INPUT, IGNCR, IGNCR, false },
	{ "ixon", INPUT, IXON, IXON, true }, { "ixoff", INPUT, IXOFF, IXOFF, false },
	{ "ixany", INPUT, IXANY, IXANY, true }, { "imaxbel", INPUT, IMAXBEL, IMAXBEL, true },
	{ "ignbrk", INPUT, IGNBRK, IGNBRK, false }, { "brkint", INPUT, BRKINT, BRKINT, true },
	{ "inpck", INPUT, INPCK, INPCK, false }, { "ignpar", INPUT, IGNPAR, IGNPAR, false },
	{ "parmrk", INPUT, PARMRK, PARMRK, false },
	{ "opost", OUTPUT, OPOST, OPOST, true }, { "onlcr", OUTPUT, ONLCR, ONLCR, true },
	{ "ocrnl", OUTPUT, OCRNL, OCRNL, false }, { "oxtabs", OUTPUT, OXTABS, OXTABS, false },
	{ "onocr", OUTPUT, ONOCR, ONOCR, false }, { "onlret", OUTPUT, ONLRET, ONLRET, false },
	{ "cread", CONTROL, CREAD, CREAD, true }, { "cs5", CONTROL, CS5, CSIZE, false },
	{ "cs6", CONTROL, CS6, CSIZE, false }, { "cs7", CONTROL, CS7, CSIZE, false },
	{ "cs8", CONTROL, CS8, CSIZE, true }, { "parenb", CONTROL, PARENB, PARENB, false },
	{ "parodd", CONTROL, PARODD, PARODD, false }, { "hupcl", CONTROL, HUPCL, HUPCL, true },
	{ "clocal", CONTROL, CLOCAL, CLOCAL, false }, { "cstopb", CONTROL, CSTOPB, CSTOPB, false },
	{ "crtscts", CONTROL, CRTSCTS, CRTSCTS, false },
};

static const struct character {
	const char *name;
	int index;
	cc_t usual;
} characters[] = {
	{ "discard", VDISCARD, 017 }, { "dsusp", VDSUSP, 031 }, { "eof", VEOF, 04 }, { "eol", VEOL, 0377 },
	{ "eol2", VEOL2, 0377 }, { "erase", VERASE, 0177 }, { "intr", VINTR, 03 }, { "kill", VKILL, 025 },
	{ "lnext", VLNEXT, 026 }, { "min", VMIN, 1 }, { "quit", VQUIT, 034 }, { "reprint", VREPRINT, 022 },
	{ "start", VSTART, 021 }, { "status", VSTATUS, 024 }, { "stop", VSTOP, 023 }, { "susp", VSUSP, 032 },
	{ "time", VTIME, 0 }, { "werase", VWERASE, 027 },
};

static int fd = STDIN_FILENO;
static struct termios t;

static tcflag_t *
word_of(enum word word)
{
	tcflag_t *words[] = { &t.c_iflag, &t.c_oflag, &t.c_cflag, &t.c_lflag };

	return words[word];
}

/* Put names on lines of at most 72 characters that begin with a title. */
static void
put_word(const char *title, const char *word)
{
	static int at;

	if (title != NULL) {
		if (at > 0)
			putchar('\n');
		at = title[0] != '\0' ? printf("%s:", title) : 0;
		return;
	}
	if (word != NULL) {
		if (at + 1 + (int)strlen(word) > 72) {
			printf("\n\t");
			at = 8;
			at += printf("%s", word);
		} else
			at += printf("%s%s", at > 0 ? " " : "", word);
	}
}

static void
put_flags(enum word word, const char *title, bool all)
{
	char name[20];
	bool titled = false;

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		const struct flag *f = &flags[i];
		bool set = (*word_of(word) & f->mask) == f->bits;

		if (f->word != word || (!all && set == f->usual) || (f->bits != f->mask && !set))
			continue;
		if (!titled)
			put_word(title, NULL);
		titled = true;
		snprintf(name, sizeof(name), "%s%s", set ? "" : "-", f->name);
		put_word(NULL, name);
	}
}

static void
put_characters(bool all)
{
	char text[32], value[8];
	bool titled = false;

	for (size_t i = 0; i < sizeof(characters) / sizeof(*characters); i++) {
		const struct character *c = &characters[i];
		cc_t byte = t.c_cc[c->index];

		if (!all && byte == c->usual)
			continue;
		if (c->index == VMIN || c->index == VTIME)
			snprintf(value, sizeof(value), "%d", byte);
		else if (byte == (cc_t)_POSIX_VDISABLE)
			snprintf(value, sizeof(value), "<undef>");
		else if (byte == 0177)
			snprintf(value, sizeof(value), "^?");
		else if (byte < ' ')
			snprintf(value, sizeof(value), "^%c", byte + '@');
		else
			snprintf(value, sizeof(value), "%c", byte);
		if (!titled)
			put_word("cchars", NULL);
		titled = true;
		snprintf(text, sizeof(text), "%s = %s;", c->name, value);
		put_word(NULL, text);
	}
}

static void
show(bool all)
{
	struct winsize size = { 0 };

	printf("speed %d baud;", (int)cfgetospeed(&t));
	if (all && ioctl(fd, TIOCGWINSZ, &size) == 0)
		printf(" %d rows; %d columns;", size.ws_row, size.ws_col);
	putchar('\n');
	put_flags(LOCAL, "lflags", all);
	put_flags(INPUT, "iflags", all);
	put_flags(OUTPUT, "oflags", all);
	put_flags(CONTROL, "cflags", all);
	put_characters(all);
	put_word("", NULL);
}

/* -g: everything in one word, for a later stty to restore. */
static void
show_saved(void)
{
	printf("gfmt1:cflag=%x:iflag=%x:lflag=%x:oflag=%x:", t.c_cflag, t.c_iflag, t.c_lflag, t.c_oflag);
	for (size_t i = 0; i < sizeof(characters) / sizeof(*characters); i++)
		printf("%s=%x:", characters[i].name, t.c_cc[characters[i].index]);
	printf("ispeed=%d:ospeed=%d\n", (int)cfgetispeed(&t), (int)cfgetospeed(&t));
}

static void
restore(char *text)
{
	char *pair;

	for (strsep(&text, ":"); (pair = strsep(&text, ":")) != NULL; ) {
		char *value = strchr(pair, '=');
		unsigned long number;

		if (value == NULL)
			errx(1, "%s: not what stty -g prints", pair);
		*value++ = '\0';
		number = strtoul(value, NULL, strcmp(pair + 1, "speed") == 0 ? 10 : 16);
		if (strcmp(pair, "cflag") == 0)
			t.c_cflag = (tcflag_t)number;
		else if (strcmp(pair, "iflag") == 0)
			t.c_iflag = (tcflag_t)number;
		else if (strcmp(pair, "lflag") == 0)
			t.c_lflag = (tcflag_t)number;
		else if (strcmp(pair, "oflag") == 0)
			t.c_oflag = (tcflag_t)number;
		else if (strcmp(pair, "ispeed") == 0)
			cfsetispeed(&t, (speed_t)number);
		else if (strcmp(pair, "ospeed") == 0)
			cfsetospeed(&t, (speed_t)number);
		for (size_t i = 0; i < sizeof(characters) / sizeof(*characters); i++)
			if (strcmp(characters[i].name, pair) == 0)
				t.c_cc[characters[i].index] = (cc_t)number;
	}
}

static void
set_window(const char *name, const char *value)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == -1)
		err(1, "TIOCGWINSZ");
	if (*name == 'r')
		size.ws_row = (unsigned short)atoi(value);
	else
		size.ws_col = (unsigned short)atoi(value);
	if (ioctl(fd, TIOCSWINSZ, &size) == -1)
		err(1, "TIOCSWINSZ");
}

static void
set_sane(void)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		const struct flag *f = &flags[i];

		if (f->bits != f->mask && !f->usual)
			continue;
		*word_of(f->word) = (*word_of(f->word) & ~f->mask) | (f->usual ? f->bits : 0);
	}
	for (size_t i = 0; i < sizeof(characters) / sizeof(*characters); i++)
		t.c_cc[characters[i].index] = characters[i].usual;
}

static cc_t
character_of(const char *name, const char *text)
{
	if (strcmp(text, "undef") == 0 || strcmp(text, "<undef>") == 0 || strcmp(text, "^-") == 0)
		return (cc_t)_POSIX_VDISABLE;
	if (strcmp(name, "min") == 0 || strcmp(name, "time") == 0)
		return (cc_t)atoi(text);
	if (text[0] == '^' && text[1] != '\0')
		return text[1] == '?' ? 0177 : (cc_t)(toupper((unsigned char)text[1]) & 037);
	return (cc_t)text[0];
}

/* Settings that stand for several. Whether this was one. */
static bool
set_combination(const char *name, bool on)
{
	if (strcmp(name, "raw") == 0 || strcmp(name, "cooked") == 0) {
		if (on == (*name == 'r')) {
			cfmakeraw(&t);
			t.c_cflag = (t.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
		} else {
			t.c_iflag |= BRKINT | ICRNL | IXON;
			t.c_oflag |= OPOST;
			t.c_lflag |= ICANON | ISIG | IEXTEN | ECHO;
			t.c_cc[VEOF] = 04;
			t.c_cc[VEOL] = (cc_t)_POSIX_VDISABLE;
		}
	} else if (strcmp(name, "cbreak") == 0)
		t.c_lflag = on ? t.c_lflag & ~(tcflag_t)ICANON : t.c_lflag | ICANON;
	else if (strcmp(name, "sane") == 0)
		set_sane();
	else if (strcmp(name, "nl") == 0) {
		t.c_iflag = on ? t.c_iflag & ~(tcflag_t)ICRNL : (t.c_iflag | ICRNL) & ~(tcflag_t)(INLCR | IGNCR);
		t.c_oflag = on ? t.c_oflag & ~(tcflag_t)ONLCR : (t.c_oflag | ONLCR) & ~(tcflag_t)(OCRNL | ONLRET);
	} else if (strcmp(name, "ek") == 0) {
		t.c_cc[VERASE] = 0177;
		t.c_cc[VKILL] = 025;
	} else if (strcmp(name, "evenp") == 0 || strcmp(name, "parity") == 0)
		t.c_cflag = on ? (t.c_cflag & ~(tcflag_t)(CSIZE | PARODD)) | CS7 | PARENB :
		    (t.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
	else if (strcmp(name, "oddp") == 0)
		t.c_cflag = on ? (t.c_cflag & ~(tcflag_t)CSIZE) | CS7 | PARENB | PARODD :
		    (t.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
	else if (strcmp(name, "tabs") == 0)
		t.c_oflag = on ? t.c_oflag & ~(tcflag_t)OXTABS : t.c_oflag | OXTABS;
	else
		return false;
	return true;
}

/* Carry a setting out; how many arguments it took. */
static int
set(char **argv)
{
	const char *name = argv[0];
	bool on = name[0] != '-';

	if (strncmp(name, "gfmt1:", 6) == 0) {
		restore(argv[0]);
		return 1;
	}
	if (isdigit((unsigned char)*name)) {
		cfsetspeed(&t, (speed_t)atoi(name));
		return 1;
	}
	if (strcmp(name, "size") == 0) {
		struct winsize size;

		if (ioctl(fd, TIOCGWINSZ, &size) == -1)
			err(1, "TIOCGWINSZ");
		printf("%d %d\n", size.ws_row, size.ws_col);
		return 1;
	}
	if (strcmp(name, "speed") == 0) {
		printf("%d\n", (int)cfgetospeed(&t));
		return 1;
	}
	if (argv[1] != NULL) {
		if (strcmp(name, "rows") == 0 || strcmp(name, "cols") == 0 || strcmp(name, "columns") == 0) {
			set_window(name, argv[1]);
			return 2;
		}
		if (strcmp(name, "ispeed") == 0 || strcmp(name, "ospeed") == 0) {
			(*name == 'i' ? cfsetispeed : cfsetospeed)(&t, (speed_t)atoi(argv[1]));
			return 2;
		}
		for (size_t i = 0; i < sizeof(characters) / sizeof(*characters); i++)
			if (strcmp(characters[i].name, name) == 0) {
				t.c_cc[characters[i].index] = character_of(name, argv[1]);
				return 2;
			}
	}
	if (!on)
		name++;
	if (set_combination(name, on))
		return 1;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (strcmp(flags[i].name, name) == 0) {
			tcflag_t *word = word_of(flags[i].word);

			*word = (*word & ~flags[i].mask) | (on ? flags[i].bits : 0);
			return 1;
		}
	errx(1, "illegal option -- %s", argv[0]);
}

int
main(int argc, char **argv)
{
	bool all = false, saved = false;

	answer_help(argc, argv, usage);
	/* By hand: "-echo" is a setting, not an option. */
	for (argv++; *argv != NULL && argv[0][0] == '-'; argv++) {
		if (strcmp(*argv, "-a") == 0 || strcmp(*argv, "-e") == 0)
			all = true;
		else if (strcmp(*argv, "-g") == 0)
			saved = true;
		else if (strcmp(*argv, "-f") == 0 && argv[1] != NULL) {
			argv++;
			if ((fd = open(*argv, O_RDONLY | O_NONBLOCK)) == -1)
				err(1, "%s", *argv);
		} else
			break;
	}
	if (tcgetattr(fd, &t) == -1)
		errx(1, "not a terminal");
	if (saved)
		show_saved();
	else if (all || *argv == NULL)
		show(all);
	if (*argv != NULL) {
		while (*argv != NULL)
			argv += set(argv);
		if (tcsetattr(fd, TCSADRAIN, &t) == -1)
			err(1, "tcsetattr");
	}
	return output_failed();
}
