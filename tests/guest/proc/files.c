/* What /proc tells about processes, checked against what the calls tell. */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

/* How many of the 5 pages parent and child share after a fork and a store to one of them. */
#ifdef COPIED
#define SHARED 0
#else
#define SHARED 4
#endif

static char text[65536];

/* The contents of a file of /proc; the length. */
static ssize_t
slurp(const char *format, pid_t pid)
{
	char path[64];
	ssize_t n, total = 0;
	int fd;

	snprintf(path, sizeof(path), format, pid);
	fd = open(path, O_RDONLY);
	if (fd == -1)
		return -1;
	while ((n = read(fd, text + total, sizeof(text) - 1 - (size_t)total)) > 0)
		total += n;
	text[total] = '\0';
	close(fd);
	return total;
}

static char *
follow(const char *format, pid_t pid)
{
	static char target[256];
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), format, pid);
	n = readlink(path, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = '\0';
	return target;
}

/* The resident and shared pages of the entry that begins at an address. */
static void
entry_at(const void *address, long *resident, long *shared)
{
	char start[32], *line;

	snprintf(start, sizeof(start), "%010lx-", (unsigned long)address);
	line = strstr(text, start);
	CHECK(line != NULL);
	CHECK(sscanf(line, "%*s %*s %*s %ld %ld", resident, shared) == 2);
}

static void
test_names(void)
{
	char expected[32];

	snprintf(expected, sizeof(expected), "%d", getpid());
	CHECK(strcmp(follow("/proc/self", 0), expected) == 0);
	CHECK(strcmp(follow("/proc/curproc", 0), expected) == 0);
	CHECK(chdir("/tmp") == 0);
	CHECK(strcmp(follow("/proc/%d/cwd", getpid()), "/tmp") == 0);
	CHECK(strcmp(follow("/proc/%d/root", getpid()), "/") == 0);
	CHECK(strcmp(follow("/proc/%d/exe", getpid()), "/bin/files") == 0);
	CHECK(open("/proc/4711/status", O_RDONLY) == -1 && errno == ENOENT);
	CHECK(open("/proc/01/status", O_RDONLY) == -1 && errno == ENOENT);
	CHECK(open("/proc/self/nothing", O_RDONLY) == -1 && errno == ENOENT);
	CHECK(access("/proc/self/exe", X_OK) == 0);
}

static void
test_read_only(void)
{
	CHECK(open("/proc/self/status", O_RDWR) == -1 && errno == EACCES);
	CHECK(open("/proc/new", O_CREAT | O_WRONLY, 0666) == -1 && errno == EROFS);
	CHECK(mkdir("/proc/self/d", 0777) == -1 && errno == EROFS);
	CHECK(unlink("/proc/self/status") == -1 && errno == EROFS);
	CHECK(chmod("/proc/self/status", 0777) == -1 && errno == EROFS);
	CHECK(rename("/proc/self/status", "/proc/self/x") == -1 && errno == EROFS);
}

static void
test_status(void)
{
	char name[32];
	int pid, ppid, pgid, sid;

	CHECK(slurp("/proc/%d/status", getpid()) > 0);
	CHECK(sscanf(text, "%31s %d %d %d %d", name, &pid, &ppid, &pgid, &sid) == 5);
	CHECK(strcmp(name, "files") == 0 && pid == getpid() && ppid == getppid() && pgid == getpgrp() && sid == getsid(0));
	CHECK(slurp("/proc/%d/cmdline", getpid()) == 14);
	CHECK(memcmp(text, "files\0one\0two\0", 14) == 0 || memcmp(text, "files\0one\0two", 14) == 0);
	CHECK(slurp("/proc/%d/environ", getpid()) > 0 && strstr(text, "PATH=") != NULL);
	CHECK(slurp("/proc/%d/limit", getpid()) > 0 && strncmp(text, "cputime ", 8) == 0);
	CHECK(slurp("/proc/meminfo", 0) > 0 && strncmp(text, "MemTotal:", 9) == 0);
	CHECK(slurp("/proc/mounts", 0) > 0 && strstr(text, "procfs /proc procfs rw 0 0\n") != NULL);
}

/* An open file keeps the text of when it was opened, and is read in pieces. */
static void
test_pieces(void)
{
	char again[256];
	ssize_t total = slurp("/proc/%d/limit", getpid());
	int fd = open("/proc/self/limit", O_RDONLY);
	struct stat st;

	for (ssize_t i = 0; i < 100; i++)
		CHECK(read(fd, again + i, 1) == 1);
	CHECK(memcmp(again, text, 100) == 0);
	CHECK(fstat(fd, &st) == 0 && st.st_size == total && S_ISREG(st.st_mode));
	CHECK(lseek(fd, -5, SEEK_END) == total - 5 && read(fd, again, sizeof(again)) == 5);
	CHECK(stat("/proc/self/limit", &st) == 0 && st.st_size == 0);
	close(fd);
}

static void
test_descriptors(void)
{
	int fds[2], fd = open("/tmp/file", O_CREAT | O_RDWR, 0666), count = 0;
	char path[64];
	DIR *d;

	CHECK(pipe(fds) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(strcmp(follow(path, 0), "/tmp/file") == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	CHECK(strcmp(follow(path, 0), "pipe:") == 0);
	d = opendir("/proc/self/fd");
	for (struct dirent *e; (e = readdir(d)) != NULL; )
		if (isdigit((unsigned char)e->d_name[0]))
			count++;
	CHECK(count == dirfd(d) + 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dirfd(d));
	snprintf(text, sizeof(text), "/proc/%d/fd", getpid());
	CHECK(strcmp(follow(path, 0), text) == 0);
	closedir(d);
	close(fd);
	close(fds[0]);
	close(fds[1]);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(strcmp(follow(path, 0), "") == 0 && errno == ENOENT);
}

/* Which pages are in memory, and which of them are shared. Looking must not change that. */
static void
test_maps(void)
{
	char *memory = mmap(NULL, 16 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	long resident, shared;
	int to_child[2], from_child[2];
	pid_t pid;

	CHECK(memory != MAP_FAILED);
	for (int i = 0; i < 5; i++)
		memory[i * 4096] = 1;
	CHECK(slurp("/proc/%d/maps", getpid()) > 0);
	entry_at(memory, &resident, &shared);
	CHECK(resident == 5 && shared == 0);
	CHECK(pipe(to_child) == 0 && pipe(from_child) == 0);
	pid = fork();
	if (pid == 0) {
		memory[4096] = 2;
		memory[7 * 4096] = 2;
		write(from_child[1], "", 1);
		read(to_child[0], text, 1);
		_exit(0);
	}
	CHECK(read(from_child[0], text, 1) == 1);
	for (int look = 0; look < 2; look++) {
		CHECK(slurp("/proc/%d/maps", getpid()) > 0);
		entry_at(memory, &resident, &shared);
		CHECK(resident == 5 && shared == SHARED);
		CHECK(slurp("/proc/%d/maps", pid) > 0);
		entry_at(memory, &resident, &shared);
		CHECK(resident == 6 && shared == SHARED);
	}
	CHECK(slurp("/proc/%d/map", pid) > 0 && strstr(text, " rw- rwx COW NC 1 0 0\n") != NULL);
	write(to_child[1], "", 1);
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(slurp("/proc/%d/maps", getpid()) > 0);
	entry_at(memory, &resident, &shared);
	CHECK(resident == 5 && shared == 0);
}

/* A zombie is still there, with little to say; then it is not. */
static void
test_end(void)
{
	pid_t pid = fork();
	char path[64];
	int fd;

	if (pid == 0)
		pause();
	snprintf(path, sizeof(path), "/proc/%d", pid);
	fd = open(path, O_RDONLY | O_DIRECTORY);
	CHECK(fd >= 0);
	kill(pid, SIGKILL);
	usleep(10000);
	CHECK(slurp("/proc/%d/cmdline", pid) == 8 && strcmp(text, "(files)") == 0);
	CHECK(slurp("/proc/%d/stat", pid) > 0 && strstr(text, "zombie") != NULL);
	CHECK(slurp("/proc/%d/maps", pid) == -1 && errno == ENOENT);
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(slurp("/proc/%d/status", pid) == -1 && errno == ENOENT);
	CHECK(openat(fd, "status", O_RDONLY) == -1 && errno == ENOENT);
	close(fd);
}

/* What is whose. */
static void
test_permissions(void)
{
	pid_t parent = getpid(), pid = fork();
	char path[64];
	int status;

	if (pid == 0) {
		CHECK(setuid(1000) == 0);
		CHECK(slurp("/proc/%d/status", parent) > 0);
		CHECK(slurp("/proc/%d/cmdline", parent) > 0);
		CHECK(slurp("/proc/%d/maps", parent) == -1 && errno == EACCES);
		CHECK(slurp("/proc/%d/environ", parent) == -1 && errno == EACCES);
		snprintf(path, sizeof(path), "/proc/%d/fd", parent);
		CHECK(opendir(path) == NULL && errno == EACCES);
		CHECK(strcmp(follow("/proc/%d/cwd", parent), "") == 0 && errno == EACCES);
		CHECK(slurp("/proc/%d/maps", getpid()) > 0);
		CHECK(strcmp(follow("/proc/%d/cwd", getpid()), "/tmp") == 0);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

int
main(void)
{
	test_names();
	test_read_only();
	test_status();
	test_pieces();
	test_descriptors();
	test_maps();
	test_end();
	test_permissions();
	return 0;
}
