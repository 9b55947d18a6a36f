/* What of a process can be traced, by the letters of ktrace -t and kdump -t. */
#ifndef TRACEPOINTS_H
#define TRACEPOINTS_H

#include <sys/param.h>
#include <sys/ktrace.h>

#define ALL_POINTS	(KTRFAC_SYSCALL | KTRFAC_SYSRET | KTRFAC_NAMEI | KTRFAC_GENIO | KTRFAC_PSIG | KTRFAC_CSW | \
			KTRFAC_EMUL | KTRFAC_USER | KTRFAC_EXEC_ARG | KTRFAC_EXEC_ENV | KTRFAC_MIB | KTRFAC_EXEC_FD)
#define DEFAULT_POINTS	(KTRFAC_SYSCALL | KTRFAC_SYSRET | KTRFAC_NAMEI | KTRFAC_GENIO | KTRFAC_PSIG | \
			KTRFAC_EMUL | KTRFAC_USER | KTRFAC_EXEC_ARG)

/* The facilities that some letters stand for; -1 if one stands for none. */
static inline int
trace_points(const char *letters)
{
	int points = 0;

	for (; *letters != '\0'; letters++)
		switch (*letters) {
		case 'A': points |= ALL_POINTS; break;
		case 'a': points |= KTRFAC_EXEC_ARG; break;
		case 'c': points |= KTRFAC_SYSCALL | KTRFAC_SYSRET; break;
		case 'e': points |= KTRFAC_EMUL; break;
		case 'f': points |= KTRFAC_EXEC_FD; break;
		case 'i': points |= KTRFAC_GENIO; break;
		case 'l': points |= KTRFAC_MIB; break;
		case 'n': points |= KTRFAC_NAMEI; break;
		case 's': points |= KTRFAC_PSIG; break;
		case 'u': points |= KTRFAC_USER; break;
		case 'v': points |= KTRFAC_EXEC_ENV; break;
		case 'w': points |= KTRFAC_CSW; break;
		case '+': points |= DEFAULT_POINTS; break;
		default: return -1;
		}
	return points;
}

#endif
