/* Who is traced: children with INHERIT, existing ones with DESCEND; the EMUL bit that leaks (quirk Q7). */
#include "trace.h"

#include <sys/sysctl.h>

static int
traceflag(pid_t pid)
{
	int mib[] = { CTL_KERN, KERN_PROC2, KERN_PROC_PID, pid, sizeof(struct kinfo_proc2), 1 };
	struct kinfo_proc2 info;
	size_t length = sizeof(info);

	CHECK_EQ(sysctl(mib, 6, &info, &length, NULL, 0), 0);
	CHECK_EQ(length, sizeof(info));
	return info.p_traceflag;
}

/* A child that waits for a byte, says its own name in a record, and ends. */
static pid_t
make_child(int *to)
{
	int fds[2];
	char c;
	pid_t child;

	CHECK_EQ(pipe(fds), 0);
	if ((child = fork()) == 0) {
		close(fds[1]);
		read(fds[0], &c, 1);
		utrace("child", &c, 1);
		_exit(0);
	}
	CHECK(child > 0);
	close(fds[0]);
	*to = fds[1];
	return child;
}

static void
end_child(pid_t child, int to)
{
	CHECK_EQ(write(to, "x", 1), 1);
	CHECK_EQ(close(to), 0);
	CHECK_EQ(wait_for(child), 0);
}

int
main(void)
{
	struct ktr_user *user;
	struct ktr_header *header;
	pid_t child;
	int to;

	/* With INHERIT the child has all flags and shares the file. */
	start_trace(KTRFAC_USER | KTRFAC_INHERIT);
	CHECK_EQ(traceflag(getpid()), KTRFAC_USER | KTRFAC_INHERIT | KTRFACv2 | (int)KTRFAC_PERSISTENT);
	child = make_child(&to);
	CHECK_EQ(traceflag(child), traceflag(getpid()));
	end_child(child, to);
	read_trace();
	CHECK_EQ(traceflag(getpid()), 0);
	CHECK((header = next_record(0)) != NULL);
	CHECK_EQ(header->ktr_pid, child);
	CHECK_EQ(header->ktr_len, (int)sizeof(struct ktr_user) + 1);
	user = payload(header);
	CHECK_EQ(header->ktr_type, KTR_USER);
	CHECK_STR(user->ktr_id, "child");
	CHECK_EQ(((char *)(user + 1))[0], 'x');
	expect_end(0);

	/* Without, nothing; but EMUL of the parent leaves its bit. */
	start_trace(KTRFAC_USER | KTRFAC_EMUL);
	child = make_child(&to);
	CHECK_EQ(traceflag(child), KTRFAC_TRC_EMUL);
	end_child(child, to);
	read_trace();
	expect_end(0);
	start_trace(KTRFAC_USER);
	child = make_child(&to);
	CHECK_EQ(traceflag(child), 0);
	end_child(child, to);
	read_trace();
	expect_end(0);

	/* DESCEND reaches those that exist, and takes facilities away again. */
	child = make_child(&to);
	new_trace();
	CHECK_EQ(ktrace(TRACE, KTROP_SET | KTRFLAG_DESCEND | KTRFACv2, KTRFAC_USER | KTRFAC_NAMEI, getpid()), 0);
	CHECK_EQ(traceflag(child) & KTRFAC_MASK, KTRFAC_USER | KTRFAC_NAMEI);
	CHECK_EQ(ktrace(NULL, KTROP_CLEAR | KTRFLAG_DESCEND | KTRFACv2, KTRFAC_NAMEI, getpid()), 0);
	CHECK_EQ(traceflag(child) & KTRFAC_MASK, KTRFAC_USER);
	CHECK_EQ(ktrace(NULL, KTROP_CLEAR | KTRFACv2, KTRFAC_USER, getpid()), 0);
	CHECK_EQ(traceflag(getpid()), 0);
	end_child(child, to);
	read_trace();
	expect(child, KTR_USER);
	expect_end(0);

	/* A whole group. */
	child = make_child(&to);
	new_trace();
	CHECK_EQ(ktrace(TRACE, KTROP_SET, KTRFAC_USER | KTRFACv2, -getpgrp()), 0);
	CHECK(traceflag(child) & KTRFAC_USER);
	CHECK(traceflag(getpid()) & KTRFAC_USER);
	end_child(child, to);
	read_trace();
	expect(child, KTR_USER);
	return 0;
}
