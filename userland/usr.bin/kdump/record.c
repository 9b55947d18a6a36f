/* What a record holds, by its kind. */
#include <sys/fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "kdump.h"

#define JUSTRETURN	-2
#define RESTART		-3

static void
print_string(const char *text, size_t length)
{
	putchar('"');
	for (; length > 0; length--, text++) {
		unsigned char c = *text;

		switch (c) {
		case '\n': fputs("\\n", stdout); break;
		case '\t': fputs("\\t", stdout); break;
		case '\r': fputs("\\r", stdout); break;
		case '\0': fputs("\\0", stdout); break;
		case '"': case '\\': printf("\\%c", c); break;
		default: printf(isprint(c) ? "%c" : "\\x%02x", c);
		}
	}
	putchar('"');
}

static void
print_number(long value, const struct style *style)
{
	if (style->decimal || (value >= 0 && value < 100))
		printf("%ld", value);
	else
		printf("%#lx", value);
}

static void
print_signal(int signo)
{
	const char *name = signalname(signo);

	if (name != NULL)
		printf("SIG%s", name);
	else
		printf("%d", signo);
}

/* Which argument of a call is a signal; -1 if none. */
static int
signal_argument(int code)
{
	switch (code) {
	case SYS_kill: case SYS__lwp_kill: return 1;
	case SYS___sigaction_sigtramp: return 0;
	default: return -1;
	}
}

static void
print_call(const struct ktr_syscall *call, const struct style *style)
{
	const __register_t *args = (const __register_t *)(call + 1);
	const char *name = call_name(call->ktr_code);
	int count = call->ktr_argsize / sizeof(*args);

	if (name != NULL)
		printf("%s(", name);
	else
		printf("[%d](", call->ktr_code);
	for (int i = 0; i < count; i++) {
		if (i > 0)
			putchar(',');
		if (!style->plain && i == signal_argument(call->ktr_code))
			print_signal((int)args[i]);
		else
			print_number(args[i], style);
	}
	puts(")");
}

static void
print_return(const struct ktr_sysret *ret, const struct style *style)
{
	const char *name = call_name(ret->ktr_code);

	if (name != NULL)
		printf("%s ", name);
	else
		printf("[%d] ", ret->ktr_code);
	if (ret->ktr_error == JUSTRETURN)
		puts("JUSTRETURN");
	else if (ret->ktr_error == RESTART)
		puts("RESTART");
	else if (ret->ktr_error != 0)
		printf("-1 errno %d %s\n", ret->ktr_error, strerror(ret->ktr_error));
	else {
		printf("%ld", (long)ret->ktr_retval);
		if (!style->decimal && (ret->ktr_retval < 0 || ret->ktr_retval > 9))
			printf("/%#lx", (long)ret->ktr_retval);
		if (ret->ktr_retval_1 != 0) {
			printf(", ");
			print_number(ret->ktr_retval_1, style);
		}
		putchar('\n');
	}
}

static void
print_hex(const unsigned char *data, size_t length)
{
	for (size_t at = 0; at < length; at += 16) {
		printf("       %04zx ", at);
		for (size_t i = at; i < at + 16; i++)
			if (i < length)
				printf(" %02x", data[i]);
			else
				printf("   ");
		printf("  ");
		for (size_t i = at; i < at + 16 && i < length; i++)
			putchar(isprint(data[i]) ? data[i] : '.');
		putchar('\n');
	}
}

/* A line of text on a line of its own, long ones on several. */
static void
print_text(const char *data, size_t length)
{
	while (length > 0) {
		const char *end = memchr(data, '\n', length);
		size_t n = end != NULL ? (size_t)(end + 1 - data) : length;

		if (n > 64)
			n = 64;
		printf("       ");
		print_string(data, n);
		putchar('\n');
		data += n;
		length -= n;
	}
}

static void
print_transfer(const struct ktr_genio *io, size_t length, const struct style *style)
{
	const char *data = (const char *)(io + 1);
	size_t shown;

	length -= sizeof(*io);
	shown = MIN(length, style->most_data);
	if (io->ktr_fd == -1)
		printf("mib %s %zu bytes\n", io->ktr_rw == UIO_READ ? "old" : "new", length);
	else
		printf("fd %d %s %zu bytes\n", io->ktr_fd, io->ktr_rw == UIO_READ ? "read" : "wrote", length);
	if (style->hex)
		print_hex((const unsigned char *)data, shown);
	else
		print_text(data, shown);
	if (shown < length)
		puts("       ...");
}

static void
print_psig(const struct ktr_psig *psig, size_t length)
{
	const siginfo_t *info = (const siginfo_t *)(psig + 1);
	const char *before = "";

	print_signal(psig->signo);
	if (psig->action == SIG_DFL)
		printf(" SIG_DFL");
	else {
		printf(" caught handler=%#lx mask=(", (unsigned long)psig->action);
		for (int signo = 1; signo < NSIG; signo++)
			if (sigismember(&psig->mask, signo) == 1) {
				printf("%s%s", before, signalname(signo));
				before = ",";
			}
		putchar(')');
	}
	if (length < sizeof(*psig) + sizeof(*info)) {
		putchar('\n');
		return;
	}
	switch (psig->code) {
	case SI_USER: printf(": code=SI_USER"); break;
	case SI_QUEUE: printf(": code=SI_QUEUE"); break;
	case SI_TIMER: printf(": code=SI_TIMER"); break;
	case SI_LWP: printf(": code=SI_LWP"); break;
	default: printf(": code=%d", psig->code);
	}
	switch (psig->signo) {
	case SIGSEGV: case SIGBUS: case SIGILL: case SIGFPE: case SIGTRAP:
		if (psig->code > 0) {
			printf(" addr=%p trap=%d\n", info->si_addr, info->si_trap);
			break;
		}
		/* FALLTHROUGH */
	default:
		printf(" pid=%d uid=%d\n", info->si_pid, info->si_uid);
	}
}

static void
print_user(const struct ktr_user *user, size_t length)
{
	length -= sizeof(*user);
	printf("%.*s: %zu bytes ", KTR_USER_MAXIDLEN, user->ktr_id, length);
	print_string((const char *)(user + 1), length);
	putchar('\n');
}

static void
print_mib(const int *name, size_t length)
{
	for (size_t i = 0; i < length / sizeof(*name); i++)
		printf("%s%d", i > 0 ? "." : "", name[i]);
	putchar('\n');
}

static void
print_quoted(const char *text, size_t length)
{
	print_string(text, length);
	putchar('\n');
}

/* The rest of a record's line, and its data. */
void
print_record(const struct ktr_header *header, const char *data, const struct style *style)
{
	const struct ktr_csw *csw;
	const struct ktr_execfd *file;
	size_t length = header->ktr_len;
	const void *record = data;

	switch (header->ktr_type) {
	case KTR_SYSCALL: print_call(record, style); break;
	case KTR_SYSRET: print_return(record, style); break;
	case KTR_NAMEI: case KTR_EMUL: case KTR_EXEC_ARG: case KTR_EXEC_ENV: print_quoted(data, length); break;
	case KTR_GENIO: print_transfer(record, length, style); break;
	case KTR_PSIG: print_psig(record, length); break;
	case KTR_CSW:
		csw = record;
		printf("%s %s\n", csw->out ? "stop" : "resume", csw->user ? "user" : "kernel");
		break;
	case KTR_USER: print_user(record, length); break;
	case KTR_MIB: print_mib(record, length); break;
	case KTR_EXEC_FD:
		file = record;
		printf("fd %d type %u\n", file->ktr_fd, file->ktr_dtype);
		break;
	default: printf("%zu bytes\n", length);
	}
}
