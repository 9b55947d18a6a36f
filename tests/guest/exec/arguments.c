/*
 * What exec puts on the new stack (spec A.6): argc, argv, envp, the auxiliary vector, the strings, ps_strings.
 */
#include <sys/exec.h>
#include <sys/exec_elf.h>
#include <dlfcn.h>
#include <stdint.h>

#include "exec.h"

#define USRSTACK 0x3ffffef000UL

extern char **environ;
extern struct ps_strings *__ps_strings;
extern const Elf_Ehdr __ehdr_start;
extern void __start(void);

static uint64_t
aux(uint64_t type)
{
	for (const AuxInfo *a = _dlauxinfo(); a->a_type != AT_NULL; a++)
		if (a->a_type == type)
			return a->a_v;
	CHECK_FAIL("no auxiliary vector entry %lu", type);
}

/* Everything is where its neighbour says, from sp up to the end of the stack. */
static void
check_layout(int argc, char **argv)
{
	const uintptr_t top = USRSTACK - sizeof(struct ps_strings);
	const AuxInfo *a = _dlauxinfo();
	char **end, *text;
	int entries = 0, nenv = 0;

	CHECK_EQ((uintptr_t)__ps_strings, top);
	CHECK_EQ(sizeof(struct ps_strings), 32);
	CHECK_EQ(__ps_strings->ps_nargvstr, argc);
	CHECK(__ps_strings->ps_argvstr == argv);
	CHECK_EQ(((long *)argv)[-1], argc);
	CHECK_EQ((uintptr_t)&((long *)argv)[-1] & 15, 0);
	CHECK(argv[argc] == NULL);
	CHECK(environ == argv + argc + 1);
	CHECK(__ps_strings->ps_envstr == environ);
	while (environ[nenv] != NULL)
		nenv++;
	CHECK_EQ(__ps_strings->ps_nenvstr, nenv);
	end = environ + nenv + 1;
	CHECK((const void *)a == (const void *)end);
	while (a[entries].a_type != AT_NULL)
		entries++;
	CHECK_EQ(entries, 13);
	/* The path comes first, then arguments and environment, without gaps. */
	text = (char *)aux(AT_SUN_EXECNAME);
	CHECK((const void *)text == (const void *)&a[entries + 1]);
	text += strlen(text) + 1;
	for (int i = 0; i < argc; i++) {
		CHECK(argv[i] == text);
		text += strlen(text) + 1;
	}
	for (int i = 0; i < nenv; i++) {
		CHECK(environ[i] == text);
		text += strlen(text) + 1;
	}
	CHECK((uintptr_t)text <= top);
	CHECK((uintptr_t)text > top - 16);
}

static void
check_aux(void)
{
	CHECK_EQ(aux(AT_PHDR), (uintptr_t)&__ehdr_start + __ehdr_start.e_phoff);
	CHECK_EQ(aux(AT_PHENT), sizeof(Elf_Phdr));
	CHECK_EQ(aux(AT_PHNUM), __ehdr_start.e_phnum);
	CHECK_EQ(aux(AT_PAGESZ), 4096);
	CHECK_EQ(aux(AT_BASE), 0);
	CHECK_EQ(aux(AT_FLAGS), 0);
	CHECK_EQ(aux(AT_ENTRY), (uintptr_t)__start);
	CHECK_EQ(aux(AT_STACKBASE), USRSTACK);
	CHECK_EQ(aux(AT_EUID), geteuid());
	CHECK_EQ(aux(AT_RUID), getuid());
	CHECK_EQ(aux(AT_EGID), getegid());
	CHECK_EQ(aux(AT_RGID), getgid());
}

static unsigned
checksum(char **strings)
{
	unsigned sum = 1;

	for (; *strings != NULL; strings++) {
		for (const char *s = *strings; *s != '\0'; s++)
			sum = sum * 31 + (unsigned char)*s;
		sum = sum * 31 + 7;
	}
	return sum;
}

/* The new program: all there, and all the same. The first variable says what it should find. */
static int
check_received(int argc, char **argv)
{
	unsigned arguments, variables;
	int count;

	CHECK_EQ(sscanf(environ[0], "EXPECT=%d,%u,%u", &count, &arguments, &variables), 3);
	CHECK_EQ(argc, count);
	CHECK_EQ(checksum(argv), arguments);
	CHECK_EQ(checksum(environ + 1), variables);
	check_layout(argc, argv);
	check_aux();
	return 17;
}

static void
pass_on(char **argv, char **variables)
{
	char expect[64], *envp[200] = { expect };
	int argc = 0, n = 0;

	while (argv[argc] != NULL)
		argc++;
	while (variables[n] != NULL) {
		envp[n + 1] = variables[n];
		n++;
	}
	snprintf(expect, sizeof(expect), "EXPECT=%d,%u,%u", argc, checksum(argv), checksum(variables));
	CHECK_EQ(exec_in_child("/bin/arguments", argv, envp), 17);
}

int
main(int argc, char **argv)
{
	char *none[] = { NULL }, *one[] = { "x", NULL };
	char *empty[] = { "", "", "", NULL };
	char *variables[] = { "A=1", "EMPTY=", "no equals sign", "", "PATH=/bin", NULL };
	char *many[150], text[150][40], *large[3];

	if (environ[0] != NULL && strncmp(environ[0], "EXPECT=", 7) == 0)
		return check_received(argc, argv);
	check_layout(argc, argv);
	check_aux();
	CHECK_STR((char *)aux(AT_SUN_EXECNAME), "/bin/arguments");
	pass_on(one, none);
	pass_on(one, variables);
	pass_on(empty, variables);
	pass_on(none, variables);	/* not even a name */
	for (int i = 0; i < 149; i++) {
		snprintf(text[i], sizeof(text[i]), "%.*s%d", i % 30, "argument by argument by argument", i);
		many[i] = text[i];
		/* Each alignment of what follows. */
		many[i + 1] = NULL;
		if (i < 20 || i == 148)
			pass_on(many, i % 2 ? variables : many);
	}
	large[0] = "large";
	large[1] = malloc(100001);
	memset(large[1], 'x', 100000);
	large[1][100000] = '\0';
	large[2] = NULL;
	pass_on(large, large);
	return 0;
}
