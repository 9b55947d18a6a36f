/* exec: the names looked up, arguments, environment, descriptors, the emulation, and a return that is none. */
#include "trace.h"

static void
expect_text(pid_t pid, int type, const char *text)
{
	struct ktr_header *header = next_record(pid);

	CHECK(header != NULL);
	CHECK_EQ(header->ktr_type, type);
	CHECK_EQ(header->ktr_len, (int)strlen(text));
	CHECK(memcmp(payload(header), text, strlen(text)) == 0);
}

int
main(int argc, char **argv)
{
	static char *const arguments[] = { "exec", "an argument", NULL };
	static char *const environment[] = { "A=b", "EMPTY=", NULL };
	struct ktr_execfd *file;
	struct ktr_header *header;
	pid_t child;

	if (argc > 1)
		return 0;
	start_trace(KTRFAC_SYSCALL | KTRFAC_SYSRET | KTRFAC_NAMEI | KTRFAC_EXEC_ARG | KTRFAC_EXEC_ENV |
	    KTRFAC_EXEC_FD | KTRFAC_EMUL | KTRFAC_INHERIT);
	if ((child = vfork()) == 0) {
		execve("/absent", arguments, environment);
		execve("/bin/exec", arguments, environment);
		_exit(9);
	}
	CHECK_EQ(wait_for(child), 0);
	read_trace();

	expect_text(child, KTR_EMUL, "netbsd");
	expect_return(child, SYS_fork, 0, 0);
	expect_call(child, SYS_execve);
	expect_text(child, KTR_NAMEI, "/absent");
	expect_return(child, SYS_execve, ENOENT, 0);
	expect_call(child, SYS_execve);
	expect_text(child, KTR_NAMEI, "/bin/exec");
	expect_text(child, KTR_EXEC_ARG, "exec");
	expect_text(child, KTR_EXEC_ARG, "an argument");
	expect_text(child, KTR_EXEC_ENV, "A=b");
	expect_text(child, KTR_EXEC_ENV, "EMPTY=");
	for (int fd = 0; fd < 3; fd++) {
		file = expect(child, KTR_EXEC_FD);
		CHECK_EQ(file->ktr_fd, fd);
		CHECK(file->ktr_dtype != 0);
	}
	expect_text(child, KTR_EMUL, "netbsd");
	expect_return(child, SYS_execve, -2, 0);	/* EJUSTRETURN */
	CHECK((header = next_record(child)) != NULL);
	CHECK_STR(header->ktr_comm, "exec");
	return 0;
}
