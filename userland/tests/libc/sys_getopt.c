/* Options, short and long, before and behind operands. */
#include <getopt.h>
#include <unistd.h>

#include "../check.h"

#define ARGV(...) (char *[]){ "prog", __VA_ARGS__, NULL }

static int
count(char *const *argv)
{
	int n = 0;

	while (argv[n] != NULL)
		n++;
	return n;
}

/* All options as one string, x=value for one with an argument, then the operands. */
static char *
run(char *const *argv, const char *options, const struct option *list)
{
	static char out[256];
	int argc = count(argv), c, index = -1;
	char piece[64];

	out[0] = '\0';
	optreset = 1;
	optind = 1;
	opterr = 0;
	for (;;) {
		c = list == NULL ? getopt(argc, argv, options) : getopt_long(argc, argv, options, list, &index);
		if (c == -1)
			break;
		if (c == '?' || c == ':')
			snprintf(piece, sizeof(piece), "%c(%c)", c, optopt == 0 ? '0' : optopt);
		else if (optarg != NULL)
			snprintf(piece, sizeof(piece), "%c=%s", c > 1 ? c : '1', optarg);
		else
			snprintf(piece, sizeof(piece), "%c", c == 0 ? '0' : c);
		strcat(out, piece);
		strcat(out, " ");
	}
	for (; optind < argc; optind++) {
		strcat(out, "[");
		strcat(out, argv[optind]);
		strcat(out, "]");
	}
	return out;
}

static int flag;
static const struct option list[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "file", required_argument, NULL, 'f' },
	{ "fill", no_argument, NULL, 'i' },
	{ "colour", optional_argument, NULL, 'c' },
	{ "flag", no_argument, &flag, 5 },
	{ NULL, 0, NULL, 0 },
};

static void
test_subopt(void)
{
	char text[] = "rw,size=4k,bad=1", *options = text, *value;
	char *const tokens[] = { "ro", "rw", "size", NULL };

	CHECK_EQ(getsubopt(&options, tokens, &value), 1);
	CHECK(value == NULL);
	CHECK_EQ(getsubopt(&options, tokens, &value), 2);
	CHECK_STR(value, "4k");
	CHECK_EQ(getsubopt(&options, tokens, &value), -1);
	CHECK_STR(value, "bad=1");
	CHECK_EQ(*options, '\0');
}

int
main(void)
{
	CHECK_STR(run(ARGV("-a", "-b", "val", "x", "-a"), "ab:", NULL), "a b=val [x][-a]");
	CHECK_STR(run(ARGV("-abval", "x"), "ab:", NULL), "a b=val [x]");
	CHECK_STR(run(ARGV("-a", "--", "-a"), "a", NULL), "a [-a]");
	CHECK_STR(run(ARGV("-a", "-", "-a"), "a", NULL), "a [-][-a]");
	CHECK_STR(run(ARGV("-z", "-b"), "ab:", NULL), "?(z) ?(b) ");
	CHECK_STR(run(ARGV("-b"), ":ab:", NULL), ":(b) ");
	CHECK_STR(run(ARGV("-c", "x"), "c::", NULL), "c [x]");
	CHECK_STR(run(ARGV("-cx"), "c::", NULL), "c=x ");

	CHECK_STR(run(ARGV("--all", "--file=x", "--file", "y"), "af:", list), "a f=x f=y ");
	CHECK_STR(run(ARGV("one", "--all", "two", "-f", "x", "three"), "af:", list), "a f=x [one][two][three]");
	CHECK_STR(run(ARGV("one", "-af", "two", "three", "--", "-a"), "af:", list), "a f=two [one][three][-a]");
	CHECK_STR(run(ARGV("+", "-a"), "+a", list), "[+][-a]");
	CHECK_STR(run(ARGV("one", "-a", "two"), "-a", list), "1=one a 1=two ");
	CHECK_STR(run(ARGV("--al", "--colour", "--colour=red"), "", list), "a c c=red ");
	CHECK_STR(run(ARGV("--fi"), "", list), "?(0) ");
	CHECK_STR(run(ARGV("--all=1"), "", list), "?(a) ");
	CHECK_STR(run(ARGV("--file"), ":", list), ":(f) ");
	CHECK_STR(run(ARGV("--flag", "x"), "", list), "0 [x]");
	CHECK_EQ(flag, 5);
	test_subopt();
	return 0;
}
