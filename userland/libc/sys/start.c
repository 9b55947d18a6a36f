/*
 * From the kernel's hands to main, and the tables of constructors and destructors.
 */
#include <sys/exec.h>
#include <sys/exec_elf.h>
#include <machine/lwp_private.h>
#include <dlfcn.h>
#include <errno.h>
#include <lwp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc_private.h"
#include "libc_tls.h"

char **environ;
const char *__progname = "";
struct ps_strings *__ps_strings;

static const AuxInfo *auxinfo;

struct tls_image __libc_tls = { .align = TLS_TCB_ALIGN };

typedef void (*init_function)(int, char **, char **);
typedef void (*fini_function)(void);

/* Bounds that the linker defines where a table exists; weak, so that both are 0 where none does. */
#define TABLE __attribute__((__weak__, __visibility__("hidden")))
extern const init_function __preinit_array_start[] TABLE, __preinit_array_end[] TABLE;
extern const init_function __init_array_start[] TABLE, __init_array_end[] TABLE;
extern const fini_function __fini_array_start[] TABLE, __fini_array_end[] TABLE;
extern const Elf_Ehdr __ehdr_start TABLE;

/* Weak: static programs are given no cleanup function, and need not carry the machinery for one. */
int atexit(void (*)(void)) __attribute__((__weak__));

int main(int, char **, char **);
__dead void ___start(void (*)(void), struct ps_strings *);

void *
_dlauxinfo(void)
{
	return __UNCONST(auxinfo);
}

static const AuxInfo *
find_aux(unsigned int type)
{
	const AuxInfo *aux;

	if (auxinfo == NULL)
		return NULL;
	for (aux = auxinfo; aux->a_type != AT_NULL; aux++)
		if (aux->a_type == type)
			return aux;
	return NULL;
}

static void
find_tls_image(void)
{
	const AuxInfo *phdr = find_aux(AT_PHDR), *phnum = find_aux(AT_PHNUM);
	const Elf_Phdr *ph, *end;

	if (phdr != NULL && phnum != NULL) {
		ph = (const Elf_Phdr *)phdr->a_v;
		end = ph + phnum->a_v;
	} else if (&__ehdr_start != NULL) {
		ph = (const Elf_Phdr *)((const char *)&__ehdr_start + __ehdr_start.e_phoff);
		end = ph + __ehdr_start.e_phnum;
	} else
		return;

	for (; ph < end; ph++) {
		if (ph->p_type != PT_TLS)
			continue;
		__libc_tls.data = (const void *)ph->p_vaddr;
		__libc_tls.data_size = ph->p_filesz;
		__libc_tls.size = ph->p_memsz;
		if (ph->p_align > __libc_tls.align)
			__libc_tls.align = ph->p_align;
		if (ph->p_align > 1)
			__libc_tls.offset = ph->p_vaddr & (ph->p_align - 1);
	}
}

size_t
__libc_tls_reserve(void)
{
	return sizeof(struct tls_tcb) + __libc_tls.align - 1 + __libc_tls.offset + __libc_tls.size;
}

struct tls_tcb *
__libc_tls_layout(void *memory)
{
	uintptr_t tp = (uintptr_t)memory + sizeof(struct tls_tcb) + __libc_tls.align - 1;

	tp &= ~(uintptr_t)(__libc_tls.align - 1);
	memcpy((char *)tp + __libc_tls.offset, __libc_tls.data, __libc_tls.data_size);
	return (struct tls_tcb *)tp - 1;
}

/* Almost every program fits the reserve, which shares its page with other data. */
static void
setup_tls(void)
{
	static _Alignas(TLS_TCB_ALIGN) char reserve[256];
	static const char message[] = "no memory for thread-local storage\n";
	struct tls_tcb *tcb;
	void *memory = reserve;
	size_t size;

	find_tls_image();
	size = __libc_tls_reserve();
	if (size > sizeof(reserve)) {
		memory = __libc_map_early(size);
		if ((uintptr_t)memory <= ELAST) {
			__libc_write_early(STDERR_FILENO, message, sizeof(message) - 1);
			_exit(127);
		}
	}
	tcb = __libc_tls_layout(memory);
	_lwp_setprivate(tcb + 1);
	__lwp_settcb(tcb);
}

static void
call_init(const init_function *f, const init_function *end, int argc, char **argv)
{
	for (; f < end; f++)
		(*f)(argc, argv, environ);
}

/* Destructors run in the opposite order of constructors. */
void
__libc_fini_array(void)
{
	const fini_function *f = __fini_array_end;

	while (f > __fini_array_start)
		(*--f)();
}

static void
set_progname(const char *path)
{
	const char *p;

	__progname = path;
	for (p = path; *p != '\0'; p++)
		if (*p == '/')
			__progname = p + 1;
}

void
___start(void (*cleanup)(void), struct ps_strings *strings)
{
	char **p, **argv;
	int argc;

	if (strings == NULL)
		_exit(127);
	__ps_strings = strings;
	argc = strings->ps_nargvstr;
	argv = strings->ps_argvstr;
	environ = strings->ps_envstr;
	if (argc > 0 && argv[0] != NULL)
		set_progname(argv[0]);

	/* The auxiliary vector follows the environment. */
	for (p = environ; *p != NULL; p++)
		continue;
	auxinfo = (const AuxInfo *)(const void *)(p + 1);

	setup_tls();
	if (cleanup != NULL && atexit != NULL)
		atexit(cleanup);
	call_init(__preinit_array_start, __preinit_array_end, argc, argv);
	call_init(__init_array_start, __init_array_end, argc, argv);
	exit(main(argc, argv, environ));
}
