/* Instructions and data that lie across two pages: the second may be absent, come later, or not be allowed. */
#include <fcntl.h>
#include <ucontext.h>

#include "mem.h"

#define RWX (PROT_READ | PROT_WRITE | PROT_EXEC)

static char *page;

/* li a0, 5 (2 bytes); lui a0, 7 (4 bytes, two of them in the next page); ret */
static void
write_code(char *at)
{
	static const unsigned char code[] = { 0x15, 0x45, 0x37, 0x75, 0x00, 0x00, 0x82, 0x80 };

	memcpy(at, code, sizeof(code));
}

static volatile uintptr_t fault_address;

static void
note(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo;
	fault_address = (uintptr_t)info->si_addr;
	uc->uc_mcontext.__gregs[_REG_PC] = uc->uc_mcontext.__gregs[_REG_RA];
}

static long
run(void)
{
	return ((long (*)(void))(page + PAGE - 4))();
}

int
main(void)
{
	struct sigaction sa = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };
	int fd = open("/tmp/straddle", O_RDWR | O_CREAT, 0600);
	char buffer[2 * PAGE];

	page = map_anon(2 * PAGE, RWX);
	write_code(page + PAGE - 4);
	CHECK_EQ(run(), 7 << 12);

	/* Both pages come from a file, on first use. */
	memcpy(buffer, page, sizeof(buffer));
	CHECK_EQ(write(fd, buffer, sizeof(buffer)), sizeof(buffer));
	page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	CHECK(page != MAP_FAILED);
	CHECK_EQ(run(), 7 << 12);
	/* The second page alone is gone for a while. */
	CHECK_EQ(mprotect(page + PAGE, PAGE, PROT_NONE), 0);
	CHECK_EQ(mprotect(page + PAGE, PAGE, PROT_READ | PROT_EXEC), 0);
	CHECK_EQ(run(), 7 << 12);
	/* Not executable, then not there: the fault is in the second page. */
	CHECK_EQ(sigaction(SIGSEGV, &sa, NULL), 0);
	CHECK_EQ(mprotect(page + PAGE, PAGE, PROT_READ), 0);
	run();
	CHECK_EQ(fault_address, (uintptr_t)page + PAGE);
	CHECK_EQ(munmap(page + PAGE, PAGE), 0);
	fault_address = 0;
	run();
	CHECK_EQ(fault_address, (uintptr_t)page + PAGE);

	/* Data. */
	page = map_anon(2 * PAGE, PROT_READ | PROT_WRITE);
	volatile uint64_t *word = (uint64_t *)(page + PAGE - 3);
	*word = 0x1122334455667788;
	CHECK_EQ(*word, 0x1122334455667788);
	CHECK_EQ(page[PAGE], 0x55);
	pid_t pid = fork();
	if (pid == 0) {
		*word = 1;	/* both pages are copied */
		_exit(*word != 1 || page[PAGE - 3] != 1 || page[PAGE] != 0);
	}
	int status;
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
	CHECK_EQ(*word, 0x1122334455667788);
	CHECK_EQ(mprotect(page + PAGE, PAGE, PROT_READ), 0);
	CHECK_EQ(*word, 0x1122334455667788);
	return 0;
}
