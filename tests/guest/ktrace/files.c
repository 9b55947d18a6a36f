/* The trace file: appended to, shared, kept open, left when another is given; record versions; NAMEI inside ktrace. */
#include "trace.h"

int
main(void)
{
	struct ktr_header *header;
	struct stat status;
	pid_t pid = getpid();
	int fd;

	/* Appended to, wherever the descriptor stands. */
	new_trace();
	CHECK((fd = open(TRACE, O_WRONLY)) >= 0);
	CHECK_EQ(write(fd, "0123456789", 10), 10);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	CHECK_EQ(fktrace(fd, KTROP_SET, KTRFAC_USER | KTRFACv2, pid), 0);
	CHECK_EQ(close(fd), 0);		/* tracing holds the file open */
	utrace("one", "", 0);
	CHECK_EQ(stat(TRACE, &status), 0);
	CHECK_EQ(status.st_size, 10 + 56 + 20);

	/* Another facility to the same file, which is the same trace; then another file. */
	CHECK_EQ(ktrace(TRACE, KTROP_SET, KTRFAC_NAMEI | KTRFACv2, pid), 0);
	stat("first", &status);
	CHECK((fd = open("other", O_CREAT | O_RDWR, 0600)) >= 0);	/* NAMEI */
	CHECK_EQ(ktrace("other", KTROP_SET, KTRFAC_NAMEI | KTRFACv2, pid), 0);	/* no NAMEI */
	stat("second", &status);
	read_trace();			/* clears nothing: nobody is traced to that one */
	CHECK_EQ(stat("third", &status), -1);
	trace_at += 10;
	CHECK_STR(((struct ktr_user *)expect(0, KTR_USER))->ktr_id, "one");
	CHECK(memcmp(expect(0, KTR_NAMEI), "first", 5) == 0);
	CHECK(memcmp(expect(0, KTR_NAMEI), "other", 5) == 0);
	expect_end(0);
	CHECK_EQ(ktrace("other", KTROP_CLEARFILE, 0, 0), 0);
	trace_at = trace_data;
	trace_end = trace_data + read(fd, trace_data, sizeof(trace_data));
	CHECK(memcmp(expect(0, KTR_NAMEI), "second", 6) == 0);
	CHECK(memcmp(expect(0, KTR_NAMEI), TRACE, 9) == 0);	/* read_trace opens it */
	CHECK(memcmp(expect(0, KTR_NAMEI), "third", 5) == 0);
	expect_end(0);

	/* The older headers: microseconds without an LWP, and 32 bits of seconds. */
	for (int version = 0; version <= 1; version++) {
		new_trace();
		/* As ktrace(1) asks for it. Among the facilities it has the same effect. */
		CHECK_EQ(ktrace(TRACE, KTROP_SET | version << KTRFAC_VER_SHIFT, KTRFAC_USER, pid), 0);
		utrace("old", "", 0);
		read_trace();
		CHECK((header = next_record(0)) != NULL);
		CHECK_EQ(header->ktr_version, version);
		if (version == 0)
			CHECK(header->ktr_otv.tv_sec > 0 && header->ktr_otv.tv_usec < 1000000);
		else {
			CHECK(header->ktr_ots.tv_sec > 0);
			CHECK_EQ(header->ktr_olid, pid);
		}
		expect_end(0);
	}

	/* A file that cannot be written any more, because its owner has gone, ends with the process. */
	start_trace(KTRFAC_SYSCALL);
	CHECK_EQ(unlink(TRACE), 0);
	return 0;
}
