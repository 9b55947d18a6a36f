/* Lines: when they can be read, how they are edited, what is echoed. */
#include "tty.h"

static void
test_lines(void)
{
	char buffer[8];

	open_pair();
	TYPE("incomplete");
	CHECK(!readable(slave));
	CHECK_EQ(fcntl(slave, F_SETFL, O_NONBLOCK), 0);
	CHECK_ERRNO(read(slave, buffer, sizeof(buffer)), EAGAIN);
	TYPE(" line\n");
	CHECK(readable(slave));
	CHECK_SCREEN("incomplete line\r\n");
	/* A long line is read in pieces, never past its end. */
	CHECK_EQ(read(slave, buffer, 5), 5);
	CHECK(memcmp(buffer, "incom", 5) == 0);
	TYPE("second\r");
	CHECK_READ("plete line\n");
	CHECK_READ("second\n");
	CHECK_ERRNO(read(slave, buffer, sizeof(buffer)), EAGAIN);
	close_pair();
}

static void
test_end_of_file(void)
{
	char buffer[8];

	open_pair();
	TYPE("\004");
	CHECK_READ("");
	TYPE("part\004rest\n");
	CHECK_READ("part");
	CHECK_READ("rest\n");
	/* As many bytes as were asked for: the ^D is still to come. */
	TYPE("abc\004");
	CHECK_EQ(read(slave, buffer, 3), 3);
	CHECK_EQ(read(slave, buffer, 3), 0);
	CHECK_SCREEN("^D\b\bpart^D\b\brest\r\nabc^D\b\b");
	close_pair();
}

static void
test_erase(void)
{
	open_pair();
	TYPE("helo\177lo\n");
	CHECK_READ("hello\n");
	CHECK_SCREEN("helo\b \blo\r\n");
	TYPE("\177\177x\177\177\n");
	CHECK_READ("\n");
	CHECK_SCREEN("x\b \b\r\n");
	TYPE("\001\177\n");		/* a control character takes two columns */
	CHECK_READ("\n");
	CHECK_SCREEN("^A\b\b  \b\b\r\n");
	TYPE("ab\tc\177\177d\n");	/* and a tab those up to the next stop */
	CHECK_READ("abd\n");
	CHECK_SCREEN("ab\tc\b \b\b\b\b\b\b\bd\r\n");
	TYPE("one two  \027three\027four\n");
	CHECK_READ("one four\n");
	drain(master);
	TYPE("all of it\025\n");
	CHECK_READ("\n");
	CHECK_SCREEN("all of it\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b\r\n");
	close_pair();
}

static void
test_alternate_word_erase(void)
{
	open_pair();
	set_local(ALTWERASE, 0);
	TYPE("cd /usr/local\027\n");
	CHECK_READ("cd /usr/\n");
	close_pair();
}

static void
test_kill_without_visual_erase(void)
{
	open_pair();
	set_local(ECHOK, ECHOKE);
	TYPE("gone\025stays\n");
	CHECK_READ("stays\n");
	CHECK_SCREEN("gone^U\r\nstays\r\n");
	set_local(0, ECHOE);
	TYPE("ab\177c\n");
	CHECK_READ("ac\n");
	CHECK_SCREEN("ab^?c\r\n");
	set_local(ECHOPRT, ECHOE);
	TYPE("abc\177\177x\n");
	CHECK_READ("ax\n");
	CHECK_SCREEN("abc\\cb/x\r\n");
	close_pair();
}

static void
test_reprint(void)
{
	open_pair();
	TYPE("half");
	CHECK_EQ(write(slave, "!\n", 2), 2);
	drain(master);
	/* What a program wrote stands in between: the line is shown anew rather than what it wrote erased. */
	TYPE("\177");
	CHECK_SCREEN("^R\r\nhal");
	TYPE("f\022");
	CHECK_SCREEN("f^R\r\nhalf");
	TYPE("\n");
	CHECK_READ("half\n");
	close_pair();
}

static void
test_literal_next(void)
{
	open_pair();
	TYPE("a\026\004b\026\003\026\177\n");
	CHECK_READ("a\004b\003\177\n");
	CHECK_SCREEN("a^\b^Db^\b^C^\b^?\r\n");
	TYPE("\026\n\n");
	CHECK_READ("\n\n");	/* only the second newline ends the line */
	close_pair();
}

static void
test_other_line_ends(void)
{
	struct termios t;

	open_pair();
	t = settings();
	t.c_cc[VEOL] = ';';
	t.c_cc[VEOL2] = '|';
	set(t);
	TYPE("one;two|three\n");
	CHECK_READ("one;");
	CHECK_READ("two|");
	CHECK_READ("three\n");
	t.c_cc[VEOF] = _POSIX_VDISABLE;
	set(t);
	TYPE("\004\n");
	CHECK_READ("\004\n");
	close_pair();
}

static void
test_echo_flags(void)
{
	open_pair();
	set_local(0, ECHO);
	TYPE("secret\n");
	CHECK_SCREEN("");
	CHECK_READ("secret\n");
	set_local(ECHONL, 0);
	TYPE("secret\n");
	CHECK_SCREEN("\r\n");
	set_local(ECHO, ECHOCTL | ECHONL);
	TYPE("\001\n");
	CHECK_SCREEN("\001\r\n");
	close_pair();
}

static void
test_overflow(void)
{
	char line[1200], screen[4096];
	size_t n;

	open_pair();
	memset(line, 'x', sizeof(line));
	CHECK_EQ(write(master, line, sizeof(line)), (int)sizeof(line));
	CHECK_EQ(readable(slave), 0);
	n = strlen(strcpy(screen, drain(master)));
	CHECK(strchr(screen, '\a') != NULL);
	CHECK(n >= 1024);
	TYPE("\025short\n");
	CHECK_READ("short\n");
	close_pair();
}

int
main(void)
{
	test_lines();
	test_end_of_file();
	test_erase();
	test_alternate_word_erase();
	test_kill_without_visual_erase();
	test_reprint();
	test_literal_next();
	test_other_line_ends();
	test_echo_flags();
	test_overflow();
	return 0;
}
