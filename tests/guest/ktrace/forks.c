/*
 * The child's first record is a return from fork, whatever made it; the parent's has its own call's number. The EMUL
 * record comes before (spec C.18, C.26).
 */
#include "trace.h"

#include <sched.h>

#define FLAGS	(KTRFAC_SYSCALL | KTRFAC_SYSRET | KTRFAC_EMUL | KTRFAC_INHERIT)

static void
check_fork(int code, pid_t child, int emul)
{
	struct ktr_header *header;
	char *after_fork;
	pid_t pid = getpid();

	read_trace();
	if (emul) {
		CHECK((header = next_record(pid)) != NULL);
		CHECK_EQ(header->ktr_type, KTR_EMUL);
		CHECK_EQ(header->ktr_len, 6);
		CHECK(memcmp(payload(header), "netbsd", 6) == 0);
	}
	do
		CHECK((header = next_record(pid)) != NULL);
	while (header->ktr_type != KTR_SYSCALL || ((struct ktr_syscall *)payload(header))->ktr_code != code);
	do {
		CHECK((header = next_record(pid)) != NULL);
		CHECK_EQ(header->ktr_type, KTR_SYSRET);
	} while (((struct ktr_sysret *)payload(header))->ktr_code != code);
	CHECK_EQ(((struct ktr_sysret *)payload(header))->ktr_retval, child);
	CHECK_EQ(((struct ktr_sysret *)payload(header))->ktr_retval_1, 0);
	after_fork = trace_at;

	trace_at = trace_data;
	if (emul) {
		CHECK((header = next_record(child)) != NULL);
		CHECK_EQ(header->ktr_type, KTR_EMUL);
	}
	CHECK((header = next_record(child)) != NULL);
	CHECK_EQ(header->ktr_type, KTR_SYSRET);
	CHECK_EQ(header->ktr_lid, child);
	CHECK_EQ(((struct ktr_sysret *)payload(header))->ktr_code, SYS_fork);
	CHECK_EQ(((struct ktr_sysret *)payload(header))->ktr_error, 0);
	CHECK_EQ(((struct ktr_sysret *)payload(header))->ktr_retval, 0);
	CHECK_EQ(((struct ktr_sysret *)payload(header))->ktr_retval_1, 0);
	/* A parent that waits in vfork returns after the child is gone. */
	if (code == SYS___vfork14 || code == SYS_vfork)
		CHECK(trace_at < after_fork);
	expect_call(child, SYS_exit);
	expect_end(child);
}

int
main(void)
{
	pid_t child;

	CHECK_EQ(SYS_fork, 2);
	for (int emul = 0; emul <= 1; emul++) {
		int flags = emul ? FLAGS : FLAGS & ~KTRFAC_EMUL;

		start_trace(flags);
		if ((child = syscall(SYS_fork)) == 0)
			_exit(0);
		wait_for(child);
		check_fork(SYS_fork, child, emul);

		start_trace(flags);
		if ((child = syscall(SYS_vfork)) == 0)
			_exit(0);
		wait_for(child);
		check_fork(SYS_vfork, child, emul);

		start_trace(flags);
		if ((child = vfork()) == 0)
			_exit(0);
		wait_for(child);
		check_fork(SYS___vfork14, child, emul);

		start_trace(flags);
		if ((child = syscall(SYS___clone, SIGCHLD, NULL)) == 0)
			_exit(0);
		wait_for(child);
		check_fork(SYS___clone, child, emul);
	}
	return 0;
}
