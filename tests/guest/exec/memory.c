/*
 * The memory of a new program: zeroes where its file has nothing, no old pages, and no page that can be both
 * written and executed.
 */
#include <sys/mman.h>
#include <signal.h>

#include "../cow/mark.h"
#include "exec.h"

extern char end[];

static int initialised = 77;
static int zero_small;
static char zero_large[3 * 4096 + 100];
static const int constant = 5;

/* On a page of its own, far behind what runs before it is called. */
static int __attribute__((noinline, section(".text.zz"), aligned(4096)))
late(void)
{
	return 31;
}

static void
check_fresh(void)
{
	const char *p = end;

	CHECK_EQ(initialised, 77);
	CHECK_EQ(zero_small, 0);
	for (unsigned i = 0; i < sizeof(zero_large); i++)
		CHECK_EQ(zero_large[i], 0);
	/* Behind the end of bss, to the end of the page. */
	for (; (unsigned long)p & 4095; p++)
		CHECK_EQ(*p, 0);
}

static void
soil(void)
{
	initialised = zero_small = 1;
	memset(zero_large, 1, sizeof(zero_large));
	for (char *p = end; (unsigned long)p & 4095; p++)
		*p = 1;
	memset(malloc(100000), 1, 100000);
	memset(sbrk(10000), 1, 10000);
}

static void
dies(void (*action)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		action();
		_exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status & 0x7f, SIGSEGV);
}

static void store_in_text(void) { *(volatile char *)(void *)late = 0; }
static void store_in_constants(void) { *(volatile int *)&constant = 0; }
static void execute_data(void) { ((void (*)(void))(void *)&initialised)(); }
static void execute_stack(void) { int code = 0x8082; ((void (*)(void))(void *)&code)(); }
static void read_null(void) { (void)*(volatile char *)0; }
static void call_null(void) { ((void (*)(void))0)(); }
static void store_below_stack(void) { *((volatile char *)__builtin_frame_address(0) - (5 << 20)) = 1; }

int
main(int argc, char **argv)
{
	char *again[] = { "memory", "again", NULL }, *unlinked[] = { "memory", "unlinked", NULL };
	volatile char deep[64 * 1024];

	check_fresh();
	soil();
	if (argc == 2 && strcmp(argv[1], "unlinked") == 0) {
		/* The file is gone, and most of it was never read. */
		CHECK_EQ(unlink("/tmp/copy"), 0);
		return late();
	}
	if (argc == 2)
		return 32;
	for (int i = 0; i < 3; i++)
		CHECK_EQ(exec_in_child("/bin/memory", again, no_environment), 32);
	copy_file("/bin/memory", "/tmp/copy", 0755);
	CHECK_EQ(exec_in_child("/tmp/copy", unlinked, no_environment), 31);
	dies(store_in_text);
	dies(store_in_constants);
	dies(execute_data);
	dies(execute_stack);
	dies(read_null);
	dies(call_null);
	dies(store_below_stack);
	for (unsigned i = 0; i < sizeof(deep); i += 4096)
		deep[i] = 1;
	CHECK_EQ(late(), 31);
	mark(1, NULL);
	return 0;
}
