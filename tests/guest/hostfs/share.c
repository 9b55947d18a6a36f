/*
 * Work in the shared folder, which can be written. The host has put into it: "hello" with "hello\n", "big" of three
 * pages, "dir/inner", links named "out", "up" and "relative" that lead out of it on the host, and a FIFO "pipe".
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "check.h"

static void
test_reading(void)
{
	char buffer[32];
	struct stat st, again;
	int fd = open("/host/hello", O_RDONLY);

	CHECK(fd >= 0);
	CHECK(read(fd, buffer, sizeof(buffer)) == 6 && memcmp(buffer, "hello\n", 6) == 0);
	CHECK(fstat(fd, &st) == 0 && st.st_size == 6 && st.st_uid == 0 && st.st_nlink == 1);
	CHECK(stat("/host/dir/../hello", &again) == 0 && again.st_ino == st.st_ino);
	CHECK_ERRNO(open("/host/none", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("/host/hello/x", O_RDONLY), ENOTDIR);
	CHECK_ERRNO(open("/host/pipe", O_RDONLY), ENXIO);
	CHECK(stat("/host/pipe", &st) == 0 && S_ISFIFO(st.st_mode));
	close(fd);
}

static void
test_confinement(void)
{
	char path[64];
	struct stat st, root;

	/* The links lead somewhere in the guest, or nowhere. */
	CHECK(readlink("/host/out", path, sizeof(path)) > 0);
	CHECK_ERRNO(open("/host/out", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("/host/up/secret", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("/host/relative", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("/host/out", O_RDWR | O_CREAT, 0666), ENOENT);
	CHECK_ERRNO(open("/host/relative", O_RDWR | O_CREAT | O_EXCL, 0666), EEXIST);
	CHECK_ERRNO(truncate("/host/out", 0), ENOENT);
	CHECK_ERRNO(chmod("/host/out", 0666), ENOENT);
	/* What is above is the guest's. */
	CHECK(stat("/", &root) == 0);
	CHECK(stat("/host/..", &st) == 0 && st.st_ino == root.st_ino && st.st_dev == root.st_dev);
	CHECK(chdir("/host/dir") == 0 && stat("../..", &st) == 0 && st.st_dev == root.st_dev);
	CHECK(getcwd(path, sizeof(path)) != NULL);
	CHECK_STR(path, "/host/dir");
	CHECK_ERRNO(open("../../secret", O_RDONLY), ENOENT);
	CHECK_ERRNO(rename("/host/hello", "/host/../secret"), EXDEV);
	CHECK_ERRNO(rename("/host/hello", "/tmp/hello"), EXDEV);
	CHECK_ERRNO(link("/host/hello", "/tmp/hello"), EXDEV);
	CHECK_ERRNO(rename("/host/dir", "/host/dir/inside"), EINVAL);
	CHECK_ERRNO(rmdir("/host"), EBUSY);
	CHECK_ERRNO(unlink("/host/.."), EBUSY);
	CHECK_ERRNO(chmod("/host", 0700), EPERM);
	/* A link that the guest makes is as confined as one that it found. */
	CHECK(symlink("../../secret", "/host/dir/escape") == 0);
	CHECK_ERRNO(open("/host/dir/escape", O_RDONLY), ENOENT);
	CHECK(unlink("/host/dir/escape") == 0);
	CHECK(chdir("/") == 0);
}

static void
test_writing(void)
{
	char buffer[8];
	struct stat st;
	int fd = open("/host/new", O_RDWR | O_CREAT | O_EXCL, 0640);

	CHECK(fd >= 0);
	CHECK(write(fd, "abcdef", 6) == 6);
	CHECK(pwrite(fd, "XY", 2, 8) == 2);
	CHECK(ftruncate(fd, 9) == 0);
	CHECK(pread(fd, buffer, 8, 3) == 6 && memcmp(buffer, "def\0\0X", 6) == 0);
	CHECK(fsync(fd) == 0);
	CHECK(fchmod(fd, 04600) == 0);
	CHECK(fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0600);	/* no set-id programs for the host */
	close(fd);
	CHECK_ERRNO(open("/host/new", O_RDWR | O_CREAT | O_EXCL, 0640), EEXIST);
	CHECK(mkdir("/host/made", 0750) == 0);
	CHECK(rename("/host/new", "/host/made/moved") == 0);
	CHECK_ERRNO(rmdir("/host/made"), ENOTEMPTY);
	CHECK(link("/host/made/moved", "/host/second") == 0);
	CHECK(stat("/host/second", &st) == 0 && st.st_nlink == 2);
	CHECK_ERRNO(mkfifo("/host/fifo", 0600), EPERM);
	CHECK_ERRNO(mknod("/host/device", S_IFCHR | 0600, 0x202), EPERM);
	/* A file without a name is there as long as it is open. */
	fd = open("/host/gone", O_RDWR | O_CREAT, 0600);
	CHECK(write(fd, "still", 5) == 5);
	CHECK(unlink("/host/gone") == 0);
	CHECK(pread(fd, buffer, 5, 0) == 5 && memcmp(buffer, "still", 5) == 0);
	CHECK(fstat(fd, &st) == 0 && st.st_nlink == 0);
	close(fd);
	CHECK_ERRNO(stat("/host/gone", &st), ENOENT);
}

/* Names that go away while a directory is read make none be skipped. */
static void
test_directories(void)
{
	char path[64];
	int count = 0;
	DIR *d;

	CHECK(mkdir("/host/many", 0777) == 0);
	for (int i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "/host/many/file-%d", i);
		close(open(path, O_CREAT | O_WRONLY, 0600));
	}
	d = opendir("/host/many");
	for (struct dirent *e; (e = readdir(d)) != NULL; ) {
		if (e->d_name[0] == '.')
			continue;
		CHECK(e->d_type == DT_REG);
		snprintf(path, sizeof(path), "/host/many/%s", e->d_name);
		CHECK(unlink(path) == 0);
		count++;
	}
	closedir(d);
	CHECK_EQ(count, 300);
	CHECK(rmdir("/host/many") == 0);
}

static void
test_mapping(void)
{
	int fd = open("/host/big", O_RDWR);
	char *shared = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *private = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0), buffer[4];
	pid_t pid;

	CHECK(shared != MAP_FAILED && private != MAP_FAILED);
	CHECK(shared[0] == 'a' && shared[4096] == 'b' && shared[8192] == 'c');
	private[0] = 'P';
	CHECK(shared[0] == 'a');
	shared[1] = 'S';
	CHECK(pread(fd, buffer, 2, 0) == 2 && memcmp(buffer, "aS", 2) == 0);
	CHECK(pwrite(fd, "W", 1, 4097) == 1);
	CHECK(shared[4097] == 'W');
	pid = fork();
	if (pid == 0) {
		shared[2] = 'C';
		_exit(0);
	}
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(shared[2] == 'C');
	CHECK(msync(shared, 4096, MS_SYNC) == 0);
	shared[8193] = 'L';	/* goes to the host when the mapping goes */
	close(fd);
	CHECK(munmap(private, 3 * 4096) == 0);
	CHECK(munmap(shared, 3 * 4096) == 0);
}

/* A mapping keeps a file that has neither a name nor anybody who has it open. */
static void
test_mapping_of_a_file_that_is_gone(void)
{
	int fd = open("/host/short-lived", O_RDWR | O_CREAT, 0600);
	char *p;

	CHECK(fd >= 0 && ftruncate(fd, 8192) == 0 && pwrite(fd, "end", 3, 8000) == 3);
	p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED);
	close(fd);
	CHECK(unlink("/host/short-lived") == 0);
	p[0] = 'x';
	CHECK(memcmp(p + 8000, "end", 3) == 0);
	CHECK(msync(p, 8192, MS_SYNC) == 0);
	CHECK(munmap(p, 8192) == 0);
}

/* What was stored through a mapping is written back, even if somebody has executed it since. */
static void
test_mapping_of_code(void)
{
	int fd = open("/host/code", O_RDWR | O_CREAT, 0755);
	unsigned *p;

	CHECK(fd >= 0 && ftruncate(fd, 4096) == 0);
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED);
	p[0] = 0x700513; /* li a0, 7; ret */
	p[1] = 0x8067;
	CHECK(mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0);
	CHECK(((int (*)(void))(void *)p)() == 7);
	CHECK(msync(p, 4096, MS_SYNC) == 0);
	CHECK(munmap(p, 4096) == 0);
	close(fd);
}

int
main(void)
{
	test_reading();
	test_confinement();
	test_writing();
	test_directories();
	test_mapping();
	test_mapping_of_a_file_that_is_gone();
	test_mapping_of_code();
	return 0;
}
