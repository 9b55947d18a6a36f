/* Programs and LWPs whose names are not UTF-8, or have characters of several bytes: the kernel repeats the bytes. */
#include <sys/param.h>
#include <sys/acct.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <lwp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

#include "check.h"

#define ACCOUNT	"/tmp/account"

static char text[65536];

static ssize_t
slurp(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	CHECK(fd >= 0);
	CHECK((n = read(fd, text, sizeof(text) - 1)) >= 0);
	text[n] = '\0';
	close(fd);
	return n;
}

/* What the program finds out about itself: `path` is where it is, the name is cut to 16 bytes. */
static void
look(const char *path)
{
	int args[] = { CTL_KERN, KERN_PROC_ARGS, -1, KERN_PROC_PATHNAME };
	int proc[] = { CTL_KERN, KERN_PROC2, KERN_PROC_PID, getpid(), sizeof(struct kinfo_proc2), 1 };
	int lwps[] = { CTL_KERN, KERN_LWP, getpid(), sizeof(struct kinfo_lwp), 1 };
	struct kinfo_proc2 kp;
	struct kinfo_lwp kl;
	char name[17] = "", file[40];
	size_t size = sizeof(text);
	int status;
	pid_t pid;

	strncpy(name, strrchr(path, '/') + 1, 16);
	CHECK_EQ(sysctl(args, 4, text, &size, NULL, 0), 0);
	CHECK_STR(text, path);
	size = sizeof(kp);
	CHECK_EQ(sysctl(proc, 6, &kp, &size, NULL, 0), 0);
	CHECK_STR(kp.p_comm, name);
	CHECK(slurp("/proc/self/status") > 0);
	CHECK_EQ(strncmp(text, name, strlen(name)), 0);
	CHECK(slurp("/proc/self/stat") > 0);
	CHECK(strstr(text, name) != NULL);

	/* One that has no arguments any more is called by its name. */
	pid = fork();
	if (pid == 0)
		_exit(0);
	CHECK_EQ(usleep(1000), 0);
	snprintf(file, sizeof(file), "/proc/%d/cmdline", (int)pid);
	CHECK_EQ(slurp(file), strlen(name) + 3);
	CHECK_EQ(strncmp(text + 1, name, strlen(name)), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);

	CHECK_EQ(_lwp_setname(_lwp_self(), path), 0);
	size = sizeof(kl);
	CHECK_EQ(sysctl(lwps, 5, &kl, &size, NULL, 0), 0);
	CHECK_EQ(_lwp_getname(_lwp_self(), file, sizeof(file)), 0);
	CHECK(strlen(file) >= 7 && strncmp(file, path, strlen(file)) == 0);
	CHECK_STR(kl.l_name, file);

	/* What ^T shows. */
	pid = fork();
	if (pid == 0) {
		int master, slave, none = 0;

		CHECK_EQ(openpty(&master, &slave, NULL, NULL, NULL), 0);
		CHECK(setsid() != -1);
		CHECK_EQ(ioctl(slave, TIOCSCTTY, 0), 0);
		CHECK_EQ(ioctl(slave, TIOCSTAT, &none), 0);
		CHECK((size = read(master, text, sizeof(text) - 1)) > 0);
		text[size] = '\0';
		CHECK(strstr(text, name) != NULL);
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);

	/* The accounting file, and what the kernel has to say when it kills. */
	CHECK_EQ(close(open(ACCOUNT, O_CREAT | O_TRUNC | O_WRONLY, 0600)), 0);
	CHECK_EQ(acct(ACCOUNT), 0);
	pid = fork();
	if (pid == 0) {
		struct rlimit limit = { 0, 0 };

		CHECK_EQ(setrlimit(RLIMIT_CPU, &limit), 0);
		for (;;)
			continue;
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, SIGKILL);
	CHECK_EQ(acct(NULL), 0);
	CHECK_EQ(slurp(ACCOUNT), sizeof(struct acct));
	CHECK_EQ(strncmp(((struct acct *)text)->ac_comm, name, sizeof(((struct acct *)text)->ac_comm)), 0);
	size = sizeof(text);
	CHECK_EQ(sysctlbyname("kern.msgbuf", text, &size, NULL, 0), 0);
	text[size] = '\0';
	CHECK(strstr(text, name) != NULL);
}

int
main(int argc, char **argv)
{
	static const char *paths[] = {
		"/tmp/\xff\xfe", "/tmp/\xe2\x82\xac", "/tmp/\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac",
	};
	int fd, status;
	ssize_t n;

	if (argc > 1) {
		look(argv[1]);
		return 0;
	}
	for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		static char image[1 << 20];

		CHECK((fd = open("/bin/names", O_RDONLY)) >= 0);
		CHECK((n = read(fd, image, sizeof(image))) > 0 && n < (ssize_t)sizeof(image));
		close(fd);
		CHECK((fd = open(paths[i], O_CREAT | O_WRONLY, 0755)) >= 0);
		CHECK_EQ(write(fd, image, n), n);
		close(fd);
		pid_t pid = fork();

		if (pid == 0) {
			execl(paths[i], "names", paths[i], (char *)NULL);
			_exit(99);
		}
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK_EQ(status, 0);
	}
	return 0;
}
