/*
 * tee: copy standard input to standard output and to files.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage_text[] =
    "usage: tee [-ai] [file ...]\n"
    "  -a  append to the files\n"
    "  -i  ignore interrupts\n";

struct target {
	const char *name;
	int fd;		/* -1 once writing to it has failed */
};

static _Noreturn void
usage(int status)
{
	fputs(usage_text, status == 0 ? stdout : stderr);
	exit(status);
}

static int
write_all(struct target *t, const char *data, size_t size)
{
	for (ssize_t w; size > 0; data += w, size -= (size_t)w)
		if ((w = write(t->fd, data, size)) == -1) {
			warn("%s", t->name);
			t->fd = -1;
			return 1;
		}
	return 0;
}

int
main(int argc, char **argv)
{
	static char buffer[65536];
	struct target *targets;
	int c, count = 1, status = 0, how = O_TRUNC;
	ssize_t n;

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		usage(0);
	while ((c = getopt(argc, argv, "ai")) != -1)
		switch (c) {
		case 'a': how = O_APPEND; break;
		case 'i': signal(SIGINT, SIG_IGN); break;
		default: usage(1);
		}
	targets = calloc((size_t)(argc - optind) + 1, sizeof(*targets));
	if (targets == NULL)
		err(1, NULL);
	targets[0] = (struct target){ "stdout", STDOUT_FILENO };
	for (int i = optind; i < argc; i++) {
		int fd = open(argv[i], O_WRONLY | O_CREAT | how, 0666);

		if (fd == -1) {
			warn("%s", argv[i]);
			status = 1;
		} else
			targets[count++] = (struct target){ argv[i], fd };
	}
	while ((n = read(STDIN_FILENO, buffer, sizeof(buffer))) != 0) {
		if (n == -1) {
			if (errno == EINTR)
				continue;
			err(1, "stdin");
		}
		for (int i = 0; i < count; i++)
			if (targets[i].fd != -1)
				status |= write_all(&targets[i], buffer, (size_t)n);
	}
	return status;
}
