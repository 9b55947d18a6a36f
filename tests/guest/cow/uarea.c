/* Marks with patterns in the registers; then a child that stays a zombie for a while. */
#include <sys/wait.h>

#include "../fork/baton.h"
#include "../fork/registers.h"
#include "mark.h"

static struct registers in, out;

int
main(void)
{
	struct baton go = new_baton();
	pid_t pid;

	for (int i = 1; i < 32; i++)
		in.x[i] = 0x1001001001001001 * (unsigned long)i;
	for (int i = 0; i < 32; i++)
		in.f[i] = 0x4000000000000000 + (unsigned long)i;
	in.fcsr = 0x61;
	in.x[10] = MARK;
	in.x[11] = 0;
	in.x[12] = (uintptr_t)&in;
	in.x[31] = SYS_getpriority;
	call_with_registers(&in, &out);
	pid = fork();
	if (pid == 0) {
		mark(1, NULL);
		await(go);
		_exit(0);
	}
	mark(2, NULL);
	pass(go);
	UNTIL(waitpid(pid, NULL, WNOWAIT | WNOHANG) != 0);
	mark(3, NULL);
	expect_exit(pid, 0);
	mark(4, NULL);
	return 0;
}
