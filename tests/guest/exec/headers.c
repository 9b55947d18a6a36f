/* A program whose headers lie beyond the first page of its file, and change: what the file says now is what runs. */
#include <fcntl.h>
#include <stdint.h>

#include "exec.h"

static unsigned char file[0x4000];

static void
put(int at, uint64_t value, int size)
{
	memcpy(file + at, &value, (size_t)size);
}

/* Two functions of code, at 0x2000 and 0x3000, that exit with 1 and with 2; the text begins at `text`. */
static void
make(uint64_t text)
{
	memset(file, 0, sizeof(file));
	memcpy(file, "\177ELF\2\1\1", 7);
	put(16, 2, 2); /* ET_EXEC */
	put(18, 243, 2); /* EM_RISCV */
	put(20, 1, 4);
	put(24, 0x100000, 8); /* entry */
	put(32, 0x1000, 8); /* program headers */
	put(52, 64, 2);
	put(54, 56, 2);
	put(56, 2, 2);
	put(0x1000, 1, 4); /* PT_LOAD, R-X */
	put(0x1004, 5, 4);
	put(0x1008, text, 8);
	put(0x1010, 0x100000, 8);
	put(0x1020, 0x1000, 8);
	put(0x1028, 0x1000, 8);
	put(0x1038, 4, 4); /* PT_NOTE */
	put(0x103c, 4, 4);
	put(0x1040, 0x1100, 8);
	put(0x1058, 24, 8);
	put(0x1060, 24, 8);
	put(0x1100, 7, 4);
	put(0x1104, 4, 4);
	put(0x1108, 1, 4);
	memcpy(file + 0x110c, "NetBSD\0", 8);
	put(0x1114, 1100000000, 4);
	for (int i = 0; i < 2; i++) {
		int at = 0x2000 + 0x1000 * i;
		put(at, (uint64_t)(i + 1) << 20 | 0x513, 4); /* li a0, i + 1 */
		put(at + 4, 1 << 20 | 0xf93, 4); /* li t6, SYS_exit */
		put(at + 8, 0x73, 4);
		put(at + 12, 0x6f, 4);
	}
}

static int
run(uint64_t text)
{
	char *argv[] = { "made", NULL };
	int status, fd = open("/tmp/made", O_CREAT | O_RDWR, 0755);

	make(text);
	CHECK_EQ(pwrite(fd, file, sizeof(file), 0), sizeof(file));
	close(fd);
	pid_t pid = fork();
	if (pid == 0) {
		execve("/tmp/made", argv, argv + 1);
		_exit(99);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

int
main(void)
{
	CHECK_EQ(run(0x2000), 1);
	CHECK_EQ(run(0x3000), 2);
	CHECK_EQ(run(0x2000), 1);
	return 0;
}
