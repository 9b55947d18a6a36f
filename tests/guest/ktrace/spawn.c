/* posix_spawn inherits a trace, but its child returns from no fork (spec C.18, C.33). */
#include "trace.h"

#include <spawn.h>

int
main(int argc, char **argv)
{
	char *args[] = { "spawn", "child", NULL };
	posix_spawn_file_actions_t actions;
	struct ktr_header *header;
	pid_t pid, failed = -1;

	if (argc == 2)
		return 5;
	CHECK_EQ(posix_spawn_file_actions_init(&actions), 0);
	CHECK_EQ(posix_spawn_file_actions_addclose(&actions, 77), 0);
	start_trace(KTRFAC_SYSCALL | KTRFAC_SYSRET | KTRFAC_EMUL | KTRFAC_INHERIT);
	CHECK_EQ(posix_spawn(&pid, "/bin/spawn", NULL, NULL, args, NULL), 0);
	CHECK_EQ(wait_for(pid), 5 << 8);
	CHECK_EQ(posix_spawn(&failed, "/bin/spawn", &actions, NULL, args, NULL), EBADF);
	read_trace();
	header = next_record(pid);
	CHECK(header != NULL);
	CHECK_EQ(header->ktr_type, KTR_EMUL);
	CHECK_EQ(header->ktr_len, 6);
	CHECK_EQ(memcmp(payload(header), "netbsd", 6), 0);
	expect(pid, KTR_SYSCALL);
	trace_at = trace_data;
	expect(getpid(), KTR_EMUL);
	expect_call(getpid(), SYS_posix_spawn);
	expect_return(getpid(), SYS_posix_spawn, 0, 0);

	/* Without INHERIT there is nothing of it, not even the EMUL bit. */
	start_trace(KTRFAC_SYSCALL | KTRFAC_EMUL);
	CHECK_EQ(posix_spawn(&pid, "/bin/spawn", NULL, NULL, args, NULL), 0);
	CHECK_EQ(wait_for(pid), 5 << 8);
	read_trace();
	CHECK(next_record(pid) == NULL);
	return 0;
}
