/* A set-id program is not traced by whom it is not meant for: tracing ends at exec, unless root began it. */
#include "trace.h"

#define SETID	"/tmp/setid"

static void
copy_program(void)
{
	static char program[1 << 20];
	int from = open("/bin/setid", O_RDONLY), to = open(SETID, O_CREAT | O_WRONLY, 0755);
	ssize_t n = read(from, program, sizeof(program));

	CHECK(n > 0 && write(to, program, n) == n);
	CHECK_EQ(close(to), 0);
	CHECK_EQ(close(from), 0);
	CHECK_EQ(chown(SETID, 2000, 0), 0);
	CHECK_EQ(chmod(SETID, 04755), 0);
}

static int
records_after_exec(void)
{
	struct ktr_header *header;
	int n = 0;

	while ((header = next_record(0)) != NULL)
		n += header->ktr_type == KTR_USER;
	return n;
}

int
main(int argc, char **argv)
{
	pid_t child;

	if (argc > 1) {		/* the set-id program, or on its way there */
		if (strcmp(argv[1], "end") == 0) {
			utrace("after", "", 0);
			return geteuid() != 2000;
		}
		CHECK_EQ(ktrace(TRACE, KTROP_SET, KTRFAC_USER | KTRFACv2, getpid()), 0);
		execl(SETID, "setid", "end", (char *)NULL);
		return 9;
	}
	copy_program();

	/* Root's tracing goes on. */
	start_trace(KTRFAC_USER | KTRFAC_INHERIT);
	if ((child = fork()) == 0) {
		execl(SETID, "setid", "end", (char *)NULL);
		_exit(9);
	}
	CHECK_EQ(wait_for(child), 0);
	read_trace();
	CHECK_EQ(records_after_exec(), 1);

	/* A user's does not. */
	new_trace();
	CHECK_EQ(chmod(TRACE, 0666), 0);
	if ((child = fork()) == 0) {
		CHECK_EQ(setuid(1000), 0);
		execl("/bin/setid", "setid", "begin", (char *)NULL);
		_exit(9);
	}
	CHECK_EQ(wait_for(child), 0);
	read_trace();
	CHECK_EQ(records_after_exec(), 0);
	return 0;
}
