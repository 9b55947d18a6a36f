/* System calls: the record's header, arguments, results, errors; the call that begins tracing, and the one that ends it. */
#include "trace.h"

#include <sys/time.h>
#include <time.h>

int
main(void)
{
	struct ktr_header *header;
	struct ktr_syscall *call;
	struct timespec before, after;
	long *args;
	pid_t pid = getpid();
	int fd = open("/tmp", O_RDONLY);

	CHECK_EQ(sizeof(struct ktr_header), 56);
	CHECK_EQ(clock_gettime(CLOCK_REALTIME, &before), 0);
	start_trace(KTRFAC_SYSCALL | KTRFAC_SYSRET);
	getppid();
	CHECK_ERRNO(close(77), EBADF);
	lseek(fd, -5L, SEEK_END + 7);
	syscall(SYS_getpid);
	read_trace();
	CHECK_EQ(clock_gettime(CLOCK_REALTIME, &after), 0);

	/* The ktrace call itself has no record: it was not traced when it began. */
	CHECK((header = next_record(0)) != NULL);
	CHECK_EQ(header->ktr_type, KTR_SYSCALL);
	CHECK_EQ(header->ktr_version, 2);
	CHECK_EQ(header->ktr_pid, pid);
	CHECK_EQ(header->ktr_lid, pid);
	CHECK_STR(header->ktr_comm, "calls");
	CHECK_EQ(header->ktr_len, 8);
	CHECK(timespeccmp(&header->ktr_ts, &before, >=) && timespeccmp(&header->ktr_ts, &after, <=));
	call = payload(header);
	CHECK_EQ(call->ktr_code, SYS_getppid);
	CHECK_EQ(call->ktr_argsize, 0);
	expect_return(0, SYS_getppid, 0, getppid());

	call = expect_call(0, SYS_close);
	CHECK_EQ(call->ktr_argsize, 8);
	args = (long *)(call + 1);
	CHECK_EQ(args[0], 77);
	expect_return(0, SYS_close, EBADF, 0);

	/* All registers of the prototype, with the one that is padding. */
	call = expect_call(0, SYS_lseek);
	CHECK_EQ(call->ktr_argsize, 32);
	args = (long *)(call + 1);
	CHECK_EQ(args[2], -5);
	expect_return(0, SYS_lseek, EINVAL, 0);

	/* By way of syscall(2): the call that was meant. */
	expect_call(0, SYS_getpid);
	expect_return(0, SYS_getpid, 0, pid);

	/* The call that ended it has begun, but no end. */
	call = expect_call(0, SYS_ktrace);
	args = (long *)(call + 1);
	CHECK_EQ(args[1], KTROP_CLEARFILE);
	expect_end(0);
	return 0;
}
