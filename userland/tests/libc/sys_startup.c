/* What a program finds when it starts: arguments, auxiliary vector, thread-local storage, constructors. */
#include <sys/exec.h>
#include <sys/exec_elf.h>
#include <dlfcn.h>
#include <lwp.h>
#include <stdint.h>
#include <unistd.h>

#include "../check.h"

extern char **environ;
extern struct ps_strings *__ps_strings;

static _Thread_local int initialized = 42;
static _Thread_local int zeroed;
static _Thread_local _Alignas(64) char aligned[64] = "aligned";
static _Thread_local char large[3000];

static volatile int early, order[4], count;

static void __attribute__((constructor))
first(void)
{
	early = initialized;
	order[count++] = 1;
}

static void __attribute__((constructor))
second(void)
{
	order[count++] = 2;
}

static unsigned long
aux(unsigned int type)
{
	const AuxInfo *a = _dlauxinfo();

	for (; a->a_type != AT_NULL; a++)
		if (a->a_type == type)
			return a->a_v;
	CHECK_FAIL("no auxiliary entry of type %u", type);
}

int
main(int argc, char **argv, char **envp)
{
	CHECK(argc >= 1);
	CHECK(argv[argc] == NULL);
	CHECK(envp == environ);
	CHECK(__ps_strings != NULL);
	CHECK(__ps_strings->ps_argvstr == argv);
	CHECK_EQ(__ps_strings->ps_nargvstr, argc);
	CHECK(__ps_strings->ps_envstr == environ);
	CHECK(strchr(getprogname(), '/') == NULL);
	CHECK_EQ(aux(AT_PAGESZ), 4096);
	CHECK_EQ(getpagesize(), 4096);
	CHECK(aux(AT_PHDR) != 0);

	CHECK_EQ(early, 42);
	CHECK_EQ(initialized, 42);
	CHECK_EQ(zeroed, 0);
	CHECK_EQ((uintptr_t)aligned % 64, 0);
	CHECK_STR(aligned, "aligned");
	CHECK_EQ(large[sizeof(large) - 1], 0);
	large[sizeof(large) - 1] = 1;
	CHECK(_lwp_getprivate() == __builtin_thread_pointer());

	CHECK_EQ(count, 2);
	CHECK_EQ(order[0], 1);
	CHECK_EQ(order[1], 2);
	return 0;
}
