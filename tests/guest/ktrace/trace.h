/*
 * Reading a trace: its records one after the other, of all processes or of one.
 */
#ifndef TRACE_H
#define TRACE_H

#include <sys/param.h>
#include <sys/ktrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include "check.h"

#define TRACE	"/tmp/trace.out"

static char trace_data[1 << 18], *trace_at, *trace_end;

/* An empty file to trace to. */
static inline void
new_trace(void)
{
	int fd = open(TRACE, O_CREAT | O_TRUNC | O_WRONLY, 0666);

	CHECK(fd >= 0);
	CHECK_EQ(close(fd), 0);
}

/* Trace this process from here on. */
static inline void
start_trace(int facilities)
{
	new_trace();
	CHECK_EQ(ktrace(TRACE, KTROP_SET | KTRFACv2, facilities, getpid()), 0);
}

/* Stop all tracing, and read what there is. */
static inline void
read_trace(void)
{
	ssize_t n;
	int fd;

	CHECK_EQ(ktrace(TRACE, KTROP_CLEARFILE, 0, 0), 0);
	CHECK((fd = open(TRACE, O_RDONLY)) >= 0);
	CHECK((n = read(fd, trace_data, sizeof(trace_data))) >= 0);
	CHECK(n < (ssize_t)sizeof(trace_data));
	CHECK_EQ(close(fd), 0);
	trace_at = trace_data;
	trace_end = trace_data + n;
}

/* The next record, of process pid if that is not 0; NULL at the end. Its data is at payload(). */
static inline struct ktr_header *
next_record(pid_t pid)
{
	struct ktr_header *header;

	do {
		if (trace_at == trace_end)
			return NULL;
		CHECK(trace_end - trace_at >= (ptrdiff_t)sizeof(*header));
		header = (struct ktr_header *)trace_at;
		CHECK(header->ktr_len >= 0 && header->ktr_len < 8192);
		trace_at += sizeof(*header) + header->ktr_len;
		CHECK(trace_at <= trace_end);
	} while (pid != 0 && header->ktr_pid != pid);
	return header;
}

static inline void *
payload(struct ktr_header *header)
{
	return header + 1;
}

/* The next record must be this kind. */
static inline void *
expect(pid_t pid, int type)
{
	struct ktr_header *header = next_record(pid);

	if (header == NULL)
		CHECK_FAIL("the trace is over, a record of type %d is missing", type);
	if (header->ktr_type != type)
		CHECK_FAIL("a record of type %d, not %d", header->ktr_type, type);
	return payload(header);
}

static inline struct ktr_syscall *
expect_call(pid_t pid, int code)
{
	struct ktr_syscall *call = expect(pid, KTR_SYSCALL);

	CHECK_EQ(call->ktr_code, code);
	return call;
}

static inline struct ktr_sysret *
expect_return(pid_t pid, int code, int error, long value)
{
	struct ktr_sysret *ret = expect(pid, KTR_SYSRET);

	CHECK_EQ(ret->ktr_code, code);
	CHECK_EQ(ret->ktr_error, error);
	CHECK_EQ(ret->ktr_retval, value);
	return ret;
}

static inline void
expect_end(pid_t pid)
{
	struct ktr_header *header = next_record(pid);

	if (header != NULL)
		CHECK_FAIL("one more record, of type %d", header->ktr_type);
}

static inline int
wait_for(pid_t pid)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return status;
}

#endif
