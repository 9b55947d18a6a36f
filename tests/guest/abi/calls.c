/*
 * System calls by number, as standard input says, each in a child of its own.
 *
 * A line is a case: an id, the call's number, up to eight arguments. An argument is a number or a letter that
 * stands for something this program has (`letter` below). A line that begins with + happens in the same child
 * after the one before it. What came of a child is printed as: the id, its wait status (-1: it had to be killed
 * after 20 ms), how many of its calls returned, the last one's result and error number.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/uio.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

#include "../signal/child.h"

enum { ROOM = 65536, MOST = 64 };

uint64_t raw_call(uint64_t number, const uint64_t *args, uint64_t *error);

__asm__(
"	.text\n"
"	.globl	raw_call\n"
"raw_call:\n"
"	addi	sp, sp, -16\n"
"	sd	a2, 0(sp)\n"
"	mv	t6, a0\n"
"	mv	t0, a1\n"
"	ld	a0, 0(t0)\n	ld	a1, 8(t0)\n	ld	a2, 16(t0)\n	ld	a3, 24(t0)\n"
"	ld	a4, 32(t0)\n	ld	a5, 40(t0)\n	ld	a6, 48(t0)\n	ld	a7, 56(t0)\n"
"	ecall\n"
"	.option push\n	.option norvc\n"
"	j	1f\n"
"	nop\n"
"	.option pop\n"
"	ld	t0, 0(sp)\n"
"	sd	zero, 0(t0)\n"
"	j	2f\n"
"1:	ld	t0, 0(sp)\n"
"	sd	a0, 0(t0)\n"
"	li	a0, -1\n"
"2:	addi	sp, sp, 16\n"
"	ret\n"
);

static char work[32];

struct result {
	volatile uint64_t done, value, error;
} *result;

static char *buffer, *unmapped, *none, *read_only, *edge, *empty_edge;
static int file = -1, program, directory, pipes[2];
static struct iovec vector[4];
static char *arguments[] = { "calls", "-", NULL };
static struct timespec moment = { 0, 1000 };
static int mib[] = { CTL_KERN, KERN_HOSTNAME };
static size_t mib_length = 64;
static sigset_t usr1;

/* What a letter stands for. */
static uint64_t
letter(int c)
{
	switch (c) {
	case 'b': return (uintptr_t)buffer;		/* zeroes that may be written */
	case 's': return (uintptr_t)"file";		/* the path of a file */
	case 'n': return (uintptr_t)"new";		/* a path where nothing is */
	case 'l': return (uintptr_t)"link";		/* a symbolic link's */
	case 'q': return (uintptr_t)"/queue";		/* a name for a message queue */
	case 'd': return (uintptr_t)"dir";		/* a directory's path */
	case 'x': return (uintptr_t)"/bin/calls";	/* a program that ends at once */
	case 'f': return file;				/* a file, open for reading and writing */
	case 'X': return program;			/* a program's file */
	case 'D': return directory;			/* an open directory */
	case 'i': return pipes[0];			/* an empty pipe */
	case 'o': return pipes[1];
	case 'v': return (uintptr_t)vector;		/* a struct iovec[4] */
	case 'a': return (uintptr_t)arguments;		/* an argv */
	case 't': return (uintptr_t)&moment;		/* a struct timespec: 1 us */
	case 'm': return (uintptr_t)mib;		/* kern.hostname */
	case 'L': return (uintptr_t)&mib_length;	/* and the room for it */
	case 'S': return (uintptr_t)&usr1;		/* a set with SIGUSR1 in it */
	case 'p': return getpid();
	/* Bad ones. */
	case 'U': return (uintptr_t)unmapped;
	case 'N': return (uintptr_t)none;
	case 'R': return (uintptr_t)read_only;
	case 'E': return (uintptr_t)edge - 3;		/* three bytes, then nothing */
	case 'Z': return (uintptr_t)empty_edge;		/* the end of a page, then nothing */
	case 'T': return (uintptr_t)raw_call;		/* text */
	}
	CHECK_FAIL("no meaning for '%c'", c);
}

static void
set_up(void)
{
	char *area;

	result = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_ANON | MAP_SHARED, -1, 0);
	CHECK(result != MAP_FAILED);
	area = mmap(NULL, ROOM + 8 * 4096, PROT_READ | PROT_WRITE, MAP_ANON | MAP_PRIVATE, -1, 0);

	CHECK(area != MAP_FAILED);
	buffer = area;
	none = area + ROOM;
	CHECK_EQ(mprotect(none, 4096, PROT_NONE), 0);
	read_only = none + 4096;
	memset(read_only, 0, 4096);
	CHECK_EQ(mprotect(read_only, 4096, PROT_READ), 0);
	edge = read_only + 2 * 4096;
	memset(edge - 4096, 'A', 4096);
	CHECK_EQ(munmap(edge, 4096), 0);
	unmapped = edge;
	empty_edge = edge;
	for (int i = 0; i < 4; i++)
		vector[i] = (struct iovec){ buffer + 16 * i, 16 };
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	program = open("/bin/calls", O_RDONLY);
	CHECK(program >= 0);
}

struct call {
	uint64_t number;
	char args[8][24];
	int n;
};

static void
run_calls(const struct call *calls, int n)
{
	char *end;

	setpgid(0, 0);
	signal(SIGSYS, SIG_IGN);
	CHECK_EQ(chdir(work), 0);
	CHECK_EQ(mkdir("dir", 0777), 0);
	CHECK_EQ(symlink("target", "link"), 0);
	file = open("file", O_RDWR | O_CREAT, 0666);
	directory = open("dir", O_RDONLY);
	CHECK(file >= 0 && directory >= 0);
	CHECK_EQ(write(file, buffer, 4096), 4096);
	CHECK_EQ(lseek(file, 0, SEEK_SET), 0);
	CHECK_EQ(pipe(pipes), 0);
	dup2(directory, 0);
	dup2(directory, 1);
	dup2(directory, 2);
	for (int i = 0; i < n; i++) {
		uint64_t args[8] = { 0 }, error;

		for (int k = 0; k < calls[i].n; k++) {
			args[k] = strtoull(calls[i].args[k], &end, 0);
			if (*end != '\0')
				args[k] = letter(calls[i].args[k][0]);
		}
		result->value = raw_call(calls[i].number, args, &error);
		result->error = error;
		result->done++;
	}
	_exit(0);
}

/* A directory that children find empty. What cannot be removed is left, and another one made. */
static void
make_work(void)
{
	static int counter;

	if (counter == 0 || rmdir(work) == -1)
		snprintf(work, sizeof(work), "/tmp/work%d", counter++);
	CHECK_EQ(mkdir(work, 0777), 0);
	CHECK_EQ(chmod(work, 0777), 0);
}

static void
empty_work(void)
{
	static const char *const names[] = { "file", "link", "new", "dir", "target" };
	char path[64];

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", work, names[i]);
		lchflags(path, 0);
		if (unlink(path) == -1)
			rmdir(path);
	}
}

static void
do_case(const char *id, const struct call *calls, int n)
{
	struct timespec limit = { 0, 20000000 };
	sigset_t chld;
	int status;

	memset((void *)result, 0, sizeof(*result));
	fflush(stdout);
	make_work();
	pid_t pid = fork();
	if (pid == -1)
		CHECK_FAIL("fork: errno %d before case %s", errno, id);
	if (pid == 0)
		run_calls(calls, n);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	for (;;) {
		int signo = sigtimedwait(&chld, NULL, &limit);
		pid_t got = waitpid(pid, &status, WNOHANG);

		if (got == pid)
			break;
		if (signo == -1) {
			kill(-1, SIGKILL);
			CHECK_EQ(waitpid(pid, &status, 0), pid);
			status = -1;
			break;
		}
	}
	empty_work();
	printf("%s %d %" PRIu64 " %" PRId64 " %" PRIu64 "\n", id, status, result->done, result->value, result->error);
}

int
main(int argc, char **argv)
{
	static struct call calls[MOST];
	char line[512], id[80], *word, *rest;
	sigset_t chld;
	int n = 0;

	if (argc > 1)
		return 0;
	(void)argv;
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	set_up();
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (line[0] != '+' && n > 0) {
			do_case(id, calls, n);
			n = 0;
		}
		CHECK(n < MOST);
		word = strtok_r(line + (line[0] == '+'), " \n", &rest);
		if (n == 0) {
			strlcpy(id, word, sizeof(id));
			word = strtok_r(NULL, " \n", &rest);
		}
		calls[n].number = strtoull(word, NULL, 0);
		calls[n].n = 0;
		while ((word = strtok_r(NULL, " \n", &rest)) != NULL)
			strlcpy(calls[n].args[calls[n].n++], word, sizeof(calls[n].args[0]));
		n++;
	}
	if (n > 0)
		do_case(id, calls, n);
	return 0;
}
