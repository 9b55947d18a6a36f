/* onepage MIB PAGES: fork with so much memory resident; the child stores to so many pages of it. */
#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	size_t size = (size_t)atoi(argv[1]) << 20;
	int pages = atoi(argv[2]), status;

	assert(argc == 3);
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	assert(p != MAP_FAILED);
	for (size_t i = 0; i < size; i += 4096)
		p[i] = 1;
	pid_t pid = fork();
	assert(pid >= 0);
	if (pid == 0) {
		for (int i = 0; i < pages; i++)
			p[size / 2 + i * 4096]++;
		_exit(0);
	}
	assert(waitpid(pid, &status, 0) == pid && status == 0);
	assert(p[size / 2] == 1);
	return 0;
}
