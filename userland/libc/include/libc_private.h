/*
 * What the parts of libc know about each other and programs do not.
 */
#ifndef LIBC_PRIVATE_H
#define LIBC_PRIVATE_H

#include <sys/types.h>
#include <sys/exec.h>
#include <signal.h>

extern char **environ;
extern const char *__progname;
extern struct ps_strings *__ps_strings;

/*
 * Leaving: exit(3) runs the atexit handlers, then __libc_fini_array(), then __stdio_cleanup() when
 * stdio was linked in (hence weak), then _exit(2).
 */
void __libc_fini_array(void);
void __stdio_cleanup(void) __attribute__((__weak__));

/* System calls whose C interface differs from the kernel's; see sys/stubs.S. */
int __sys_break(void *);
int __sys_getcwd(char *, size_t) __asm("__getcwd");
int __getlogin(char *, size_t);
int __setlogin(const char *);
int __sysctl(const int *, unsigned int, void *, size_t *, const void *, size_t);
int __sigaction_sigtramp(int, const struct sigaction *, struct sigaction *, const void *, int);
int __posix_fadvise50(int, int, off_t, off_t, int);
pid_t __fork(void);

/* Signal return: the kernel enters handlers with ra pointing here. Never called from C. */
void __sigtramp_siginfo_2(void);

/* A message on standard error made without stdio and without malloc, then abort(). */
void __libc_fatal(const char *, ...) __attribute__((__noreturn__, __format__(__printf__, 1, 2)));

#endif
