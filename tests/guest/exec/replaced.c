/*
 * Programs whose file changes between one exec and the next: what runs is what the file holds now, whatever its
 * times and size say.
 */
#include <sys/exec_elf.h>
#include <sys/mman.h>
#include <stddef.h>

#include "exec.h"

#define COPY "/tmp/copy"

static char *const args[] = { "replaced", "child", NULL };

static void
run(int expected)
{
	CHECK_EQ(exec_in_child(COPY, args, no_environment), expected);
}

int
main(int argc, char **argv)
{
	struct stat before;
	struct timespec times[2];
	unsigned short machine;
	Elf_Ehdr *header;
	int fd;

	if (argc == 2)
		return 80;
	copy_file("/bin/replaced", COPY, 0755);
	run(80);
	run(80);
	CHECK_EQ(stat(COPY, &before), 0);
	times[0] = before.st_atim;
	times[1] = before.st_mtim;

	/* Written to, and the old time put back. */
	fd = open(COPY, O_RDWR);
	machine = 62;
	CHECK_EQ(pwrite(fd, &machine, 2, offsetof(Elf_Ehdr, e_machine)), 2);
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(utimensat(AT_FDCWD, COPY, times, 0), 0);
	run(200 + ENOEXEC);
	fd = open(COPY, O_RDWR);
	machine = EM_RISCV;
	CHECK_EQ(pwrite(fd, &machine, 2, offsetof(Elf_Ehdr, e_machine)), 2);
	CHECK_EQ(utimensat(AT_FDCWD, COPY, times, 0), 0);
	CHECK_EQ(close(fd), 0);
	run(80);

	/* Stored to through a mapping, which no time tells of. */
	fd = open(COPY, O_RDWR);
	header = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(header != MAP_FAILED);
	CHECK_EQ(close(fd), 0);
	run(80);
	header->e_machine = 62;
	run(200 + ENOEXEC);
	header->e_machine = EM_RISCV;
	run(80);
	CHECK_EQ(munmap(header, 4096), 0);

	/* Another file under the same name; and the old one again. */
	CHECK_EQ(rename(COPY, "/tmp/old"), 0);
	make_file(COPY, "nothing", 7, 0755);
	run(200 + ENOEXEC);
	CHECK_EQ(rename("/tmp/old", COPY), 0);
	run(80);
	CHECK_EQ(truncate(COPY, 5000), 0);
	run(200 + ENOEXEC);
	copy_file("/bin/replaced", COPY, 0755);
	run(80);
	return 0;
}
