/* The floating-point environment is the fcsr register: flags in bits 0 to 4, rounding in 5 to 7. */

#include <sys/cdefs.h>

#include <errno.h>
#include <fenv.h>
#include <ieeefp.h>

const fenv_t __fe_dfl_env = 0;

static inline unsigned
read_flags(void)
{
	unsigned flags;

	__asm volatile("frflags %0" : "=r"(flags));
	return flags;
}

static inline void
write_flags(unsigned flags)
{
	__asm volatile("fsflags %0" : : "r"(flags));
}

int
feclearexcept(int which)
{
	write_flags(read_flags() & ~(unsigned)(which & FE_ALL_EXCEPT));
	return 0;
}

int
feraiseexcept(int which)
{
	write_flags(read_flags() | (unsigned)(which & FE_ALL_EXCEPT));
	return 0;
}

int
fetestexcept(int which)
{
	return (int)(read_flags() & (unsigned)which & FE_ALL_EXCEPT);
}

int
fegetexceptflag(fexcept_t *flags, int which)
{
	*flags = fetestexcept(which);
	return 0;
}

int
fesetexceptflag(const fexcept_t *flags, int which)
{
	unsigned mask = (unsigned)which & FE_ALL_EXCEPT;

	write_flags((read_flags() & ~mask) | ((unsigned)*flags & mask));
	return 0;
}

int
fegetround(void)
{
	int direction;

	__asm volatile("frrm %0" : "=r"(direction));
	return direction;
}

int
fesetround(int direction)
{
	if (direction < FE_TONEAREST || direction > FE_UPWARD)
		return -1;
	__asm volatile("fsrm %0" : : "r"(direction));
	return 0;
}

int
fegetenv(fenv_t *env)
{
	__asm volatile("frcsr %0" : "=r"(*env));
	return 0;
}

int
fesetenv(const fenv_t *env)
{
	__asm volatile("fscsr %0" : : "r"(*env));
	return 0;
}

int
feholdexcept(fenv_t *env)
{
	fegetenv(env);
	write_flags(0);
	return 0;
}

int
feupdateenv(const fenv_t *env)
{
	unsigned flags = read_flags();

	fesetenv(env);
	feraiseexcept((int)flags);
	return 0;
}

/* RISC-V never traps on a floating-point exception. */
int
feenableexcept(int which)
{
	return which & FE_ALL_EXCEPT ? -1 : 0;
}

int
fedisableexcept(int which)
{
	(void)which;
	return 0;
}

int
fegetexcept(void)
{
	return 0;
}

fp_rnd_t
fpgetround(void)
{
	return (fp_rnd_t)fegetround();
}

fp_rnd_t
fpsetround(fp_rnd_t direction)
{
	fp_rnd_t old = fpgetround();

	fesetround((int)direction);
	return old;
}

fp_except_t
fpgetmask(void)
{
	return 0;
}

fp_except_t
fpsetmask(fp_except_t mask)
{
	(void)mask;
	return 0;
}

fp_except_t
fpgetsticky(void)
{
	return fetestexcept(FE_ALL_EXCEPT);
}

fp_except_t
fpsetsticky(fp_except_t sticky)
{
	fp_except_t old = fpgetsticky();

	write_flags((unsigned)sticky & FE_ALL_EXCEPT);
	return old;
}

fp_except_t
fpresetsticky(fp_except_t sticky)
{
	fp_except_t old = fpgetsticky();

	feclearexcept(sticky);
	return old;
}
