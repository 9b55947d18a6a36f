/* Tables and parsers that ask the system nothing: paths, modes, signals, addresses. */
#include <sys/param.h>
#include <sys/stat.h>
#include <arpa/inet.h>
#include <libgen.h>
#include <signal.h>
#include <unistd.h>

#include "../check.h"

static void
test_paths(void)
{
	static const char *const cases[][3] = {
		{ "/usr/lib", "/usr", "lib" }, { "/usr/", "/", "usr" }, { "usr", ".", "usr" },
		{ "/", "/", "/" }, { ".", ".", "." }, { "..", ".", ".." }, { "a//b//", "a", "b" },
		{ "//", "/", "/" }, { "", ".", "." }, { "/a", "/", "a" },
	};
	size_t i;

	for (i = 0; i < __arraycount(cases); i++) {
		CHECK_STR(dirname((char *)cases[i][0]), cases[i][1]);
		CHECK_STR(basename((char *)cases[i][0]), cases[i][2]);
	}
}

static mode_t
apply(const char *text, mode_t mode)
{
	void *set = setmode(text);
	mode_t result;

	CHECK(set != NULL);
	result = getmode(set, mode);
	free(set);
	return result;
}

static void
test_modes(void)
{
	umask(022);
	CHECK_EQ(apply("755", 0), 0755);
	CHECK_EQ(apply("u+x", 0644), 0744);
	CHECK_EQ(apply("a-w", 0666), 0444);
	CHECK_EQ(apply("+w", 0444), 0644);
	CHECK_EQ(apply("go=", 0777), 0700);
	CHECK_EQ(apply("u=rw,g=u,o=g", 0), 0666);
	CHECK_EQ(apply("a+X", 0644), 0644);
	CHECK_EQ(apply("a+X", 0744), 0755);
	CHECK_EQ(apply("a+X", S_IFDIR | 0644), S_IFDIR | 0755);
	CHECK_EQ(apply("u+s,+t", 0755), 05755);
	CHECK_EQ(apply("u+r-w+x", 0200), 0500);
	CHECK(setmode("u+q") == NULL);
	CHECK(setmode("999") == NULL);
	CHECK(setmode("u") == NULL);
}

static void
test_signals(void)
{
	CHECK_STR(strsignal(SIGSEGV), "Segmentation fault");
	CHECK_STR(strsignal(1000), "Unknown signal: 1000");
	CHECK_STR(signalname(SIGCHLD), "CHLD");
	CHECK_STR(signalname(SIGRTMIN + 2), "RTMIN+2");
	CHECK_EQ(signalnumber("SIGCHLD"), SIGCHLD);
	CHECK_EQ(signalnumber("kill"), SIGKILL);
	CHECK_EQ(signalnumber("rtmax-1"), SIGRTMAX - 1);
	CHECK_EQ(signalnumber("nonsense"), 0);
	CHECK_EQ(signalnext(0), 1);
	CHECK_EQ(signalnext(SIGRTMAX), 0);
	CHECK_STR(sys_signame[SIGHUP], "HUP");
	CHECK_EQ(sys_nsig, 64);
}

static void
test_addresses(void)
{
	struct in_addr a;
	char text[INET_ADDRSTRLEN];

	CHECK_EQ(ntohl(0x01020304), 0x04030201);
	CHECK_EQ(htons(0x0102), 0x0201);
	CHECK_EQ(inet_aton("127.0.0.1", &a), 1);
	CHECK_EQ(ntohl(a.s_addr), 0x7f000001);
	CHECK_STR(inet_ntoa(a), "127.0.0.1");
	CHECK_EQ(inet_aton("10.0x101", &a), 1);
	CHECK_EQ(ntohl(a.s_addr), 0x0a000101);
	CHECK_EQ(inet_aton("1.2.3.256", &a), 0);
	CHECK_EQ(inet_aton("1.2.3.4.5", &a), 0);
	CHECK_EQ(inet_pton(AF_INET, "1.2.3.4", &a), 1);
	CHECK_STR(inet_ntop(AF_INET, &a, text, sizeof(text)), "1.2.3.4");
	CHECK_EQ(inet_pton(AF_INET, "1.2.3", &a), 0);
}

int
main(void)
{
	test_paths();
	test_modes();
	test_signals();
	test_addresses();
	return 0;
}
