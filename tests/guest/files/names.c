/* Names: directories, links, renaming, paths, permissions of another user. */
#include <sys/stat.h>
#include <sys/wait.h>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "check.h"

static void
touch(const char *path, const char *text)
{
	int fd;

	CHECK((fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666)) >= 0);
	CHECK_EQ(write(fd, text, strlen(text)), strlen(text));
	CHECK_EQ(close(fd), 0);
}

static void
directories(void)
{
	char cwd[1024];
	struct stat st;

	CHECK_EQ(mkdir("d", 0777), 0);
	CHECK_EQ(stat("d", &st), 0);
	CHECK_EQ(st.st_mode, S_IFDIR | 0755);
	CHECK_EQ(st.st_nlink, 2);
	CHECK_EQ(mkdir("d/e", 0700), 0);
	CHECK_EQ(stat("d", &st), 0);
	CHECK_EQ(st.st_nlink, 3);
	CHECK_EQ(chdir("d/e"), 0);
	CHECK_STR(getcwd(cwd, sizeof cwd), "/tmp/d/e");
	CHECK_EQ(getcwd(cwd, 5) == NULL, 1);
	CHECK_EQ(errno, ERANGE);
	CHECK_EQ(chdir(".."), 0);
	CHECK_ERRNO(rmdir("/tmp/d"), ENOTEMPTY);
	CHECK_EQ(rmdir("e"), 0);
	CHECK_EQ(chdir(".."), 0);
	CHECK_EQ(rmdir("d"), 0);
	CHECK_ERRNO(stat("d", &st), ENOENT);
	CHECK_ERRNO(mkdir("", 0777), ENOENT);
	CHECK_ERRNO(mkdir("/tmp/x/y", 0777), ENOENT);
	CHECK_ERRNO(rmdir("/"), EBUSY);
}

static void
listing(void)
{
	struct dirent *d;
	char name[32];
	DIR *dir;
	int i, seen = 0;

	CHECK_EQ(mkdir("many", 0755), 0);
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "many/file%03d", i);
		touch(name, "");
	}
	CHECK((dir = opendir("many")) != NULL);
	while ((d = readdir(dir)) != NULL) {
		if (seen >= 2) {
			snprintf(name, sizeof name, "file%03d", seen - 2);
			CHECK_STR(d->d_name, name);
			CHECK_EQ(d->d_type, DT_REG);
			CHECK_EQ(d->d_namlen, 7);
			snprintf(name, sizeof name, "many/file%03d", seen - 2);
			CHECK_EQ(unlink(name), 0);
		} else {
			CHECK_EQ(d->d_type, DT_DIR);
		}
		seen++;
	}
	CHECK_EQ(seen, 302);
	rewinddir(dir);
	for (seen = 0; readdir(dir) != NULL; seen++)
		continue;
	CHECK_EQ(seen, 2);
	CHECK_EQ(closedir(dir), 0);
	CHECK_EQ(rmdir("many"), 0);
}

static void
links(void)
{
	char target[64];
	struct stat a, b;

	touch("f", "contents");
	CHECK_EQ(link("f", "g"), 0);
	CHECK_EQ(stat("f", &a), 0);
	CHECK_EQ(stat("g", &b), 0);
	CHECK_EQ(a.st_ino, b.st_ino);
	CHECK_EQ(a.st_nlink, 2);
	CHECK_ERRNO(link("f", "g"), EEXIST);
	CHECK_ERRNO(link("/tmp", "t"), EPERM);
	CHECK_EQ(symlink("/tmp/f", "s"), 0);
	memset(target, 'x', sizeof target);
	CHECK_EQ(readlink("s", target, sizeof target), 6);
	CHECK_EQ(memcmp(target, "/tmp/fx", 7), 0);
	CHECK_EQ(symlink("loop2", "loop1"), 0);
	CHECK_EQ(symlink("loop1", "loop2"), 0);
	CHECK_ERRNO(open("loop1", O_RDONLY), ELOOP);
	CHECK_EQ(unlink("loop1"), 0);
	CHECK_EQ(unlink("loop2"), 0);
	CHECK_EQ(rename("f", "h"), 0);
	CHECK_ERRNO(open("s", O_RDONLY), ENOENT);
	CHECK_EQ(rename("h", "f"), 0);
	CHECK_EQ(rename("f", "g"), 0);	/* two names of one file: the old one goes */
	CHECK_ERRNO(stat("f", &a), ENOENT);
	CHECK_EQ(stat("g", &b), 0);
	CHECK_EQ(b.st_nlink, 1);
	CHECK_EQ(unlink("s"), 0);
	CHECK_EQ(unlink("g"), 0);
	CHECK_ERRNO(unlink("g"), ENOENT);
	CHECK_ERRNO(unlink("/tmp"), EPERM);
}

static void
at_calls(void)
{
	struct stat st;
	int d, fd;

	CHECK_EQ(mkdir("d", 0755), 0);
	CHECK((d = open("d", O_RDONLY | O_DIRECTORY)) >= 0);
	CHECK((fd = openat(d, "x", O_CREAT | O_WRONLY, 0600)) >= 0);
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(fstatat(d, "x", &st, 0), 0);
	CHECK_EQ(renameat(d, "x", AT_FDCWD, "/tmp/x"), 0);
	CHECK_EQ(unlinkat(AT_FDCWD, "x", 0), 0);
	CHECK_ERRNO(openat(d, "x", O_RDONLY), ENOENT);
	CHECK_EQ(fchdir(d), 0);
	CHECK_EQ(mkdirat(d, "sub", 0700), 0);
	CHECK_EQ(unlinkat(d, "sub", AT_REMOVEDIR), 0);
	CHECK_EQ(chdir(".."), 0);
	CHECK_EQ(rmdir("d"), 0);
	CHECK_ERRNO(openat(d, "y", O_CREAT | O_WRONLY, 0600), ENOENT);
	CHECK_EQ(close(d), 0);
	CHECK_ERRNO(openat(d, "y", O_RDONLY), EBADF);
}

/* What may somebody do who is not root? */
static void
as_user(void)
{
	struct stat st;
	int status;
	pid_t pid;

	touch("roots", "secret");
	CHECK_EQ(chmod("roots", 0600), 0);
	CHECK_EQ(mkdir("private", 0700), 0);
	touch("private/f", "");
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		CHECK_EQ(setgid(100), 0);
		CHECK_EQ(setuid(1000), 0);
		CHECK_ERRNO(open("roots", O_RDONLY), EACCES);
		CHECK_ERRNO(open("private/f", O_RDONLY), EACCES);
		CHECK_ERRNO(unlink("roots"), EPERM);	/* /tmp is sticky */
		CHECK_ERRNO(chmod("roots", 0666), EPERM);
		CHECK_ERRNO(chown("roots", 1000, 100), EPERM);
		CHECK_ERRNO(open("/etc/new", O_CREAT | O_WRONLY, 0644), EACCES);
		CHECK_ERRNO(chroot("/tmp"), EPERM);
		CHECK_ERRNO(mknod("dev", S_IFCHR | 0600, 0), EPERM);
		CHECK_ERRNO(access("roots", R_OK), EACCES);
		CHECK_EQ(access("roots", F_OK), 0);
		CHECK_EQ(umask(077), 022);
		touch("mine", "x");
		CHECK_EQ(stat("mine", &st), 0);
		CHECK_EQ(st.st_mode, S_IFREG | 0600);
		CHECK_EQ(st.st_uid, 1000);
		CHECK_EQ(st.st_gid, 0);		/* the directory's group */
		CHECK_EQ(chmod("mine", 04755), 0);
		touch("mine", "y");		/* whoever writes takes set-id off */
		CHECK_EQ(stat("mine", &st), 0);
		CHECK_EQ(st.st_mode, S_IFREG | 0755);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_EQ(umask(022), 022);
	CHECK_EQ(unlink("mine"), 0);
	CHECK_EQ(unlink("roots"), 0);
}

static void
jail(void)
{
	char cwd[64];
	struct stat st;
	int status;
	pid_t pid;

	CHECK_EQ(mkdir("jail", 0755), 0);
	CHECK_EQ(mkdir("jail/inner", 0755), 0);
	CHECK((pid = fork()) >= 0);
	if (pid == 0) {
		CHECK_EQ(chdir("jail/inner"), 0);
		CHECK_EQ(chroot("/tmp/jail"), 0);
		CHECK_STR(getcwd(cwd, sizeof cwd), "/inner");
		CHECK_EQ(chdir("../../.."), 0);
		CHECK_STR(getcwd(cwd, sizeof cwd), "/");
		CHECK_ERRNO(stat("/tmp", &st), ENOENT);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_STR(getcwd(cwd, sizeof cwd), "/tmp");
}

int
main(void)
{
	CHECK_EQ(chdir("/tmp"), 0);
	directories();
	listing();
	links();
	at_calls();
	as_user();
	jail();
	return 0;
}
