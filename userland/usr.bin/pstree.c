/* pstree: the processes as a tree of parents and children. */
#include <pwd.h>
#include <stdbool.h>
#include <unistd.h>

#include "command.h"
#include "processes.h"

static const char usage[] = "usage: pstree [-ap] [pid]\n";

static struct kinfo_proc2 *list;
static size_t count;
static bool arguments, numbers;

static void
print_one(const struct kinfo_proc2 *k)
{
	char *text = arguments ? get_arguments(k->p_pid) : NULL;

	if (k->p_stat == STATE_ZOMBIE)
		printf("(%s)", k->p_comm);
	else
		printf("%s", text != NULL ? text : k->p_comm);
	if (numbers)
		printf(" %d", k->p_pid);
	putchar('\n');
	free(text);
}

/* The next child of `parent` after index `from`, in order of process ids; `count` if there is none. */
static size_t
next_child(pid_t parent, size_t from)
{
	for (size_t i = from; i < count; i++)
		if (list[i].p_ppid == parent && list[i].p_pid != parent)
			return i;
	return count;
}

static void
print_tree(const struct kinfo_proc2 *k, const char *indent)
{
	size_t next, child = next_child(k->p_pid, 0);

	for (; child < count; child = next) {
		char *deeper;

		next = next_child(k->p_pid, child + 1);
		printf("%s%s", indent, next < count ? "|-- " : "`-- ");
		print_one(&list[child]);
		if (asprintf(&deeper, "%s%s", indent, next < count ? "|   " : "    ") == -1)
			err(1, NULL);
		print_tree(&list[child], deeper);
		free(deeper);
	}
}

static int
compare(const void *a, const void *b)
{
	const struct kinfo_proc2 *x = a, *y = b;

	return (x->p_pid > y->p_pid) - (x->p_pid < y->p_pid);
}

int
main(int argc, char **argv)
{
	pid_t root = 0;
	char *end;
	int c;

	answer_help(argc, argv, usage);
	while ((c = getopt(argc, argv, "ap")) != -1) {
		switch (c) {
		case 'a': arguments = true; break;
		case 'p': numbers = true; break;
		default: usage_error(usage);
		}
	}
	if (argc - optind > 1)
		usage_error(usage);
	if (optind < argc) {
		root = (pid_t)strtol(argv[optind], &end, 10);
		if (*end != '\0')
			usage_error(usage);
	}
	list = get_processes(KERN_PROC_ALL, 0, &count);
	qsort(list, count, sizeof(*list), compare);
	for (size_t i = 0; i < count; i++)
		if (list[i].p_pid == root) {
			print_one(&list[i]);
			print_tree(&list[i], "");
			return output_failed();
		}
	errx(1, "%d: no such process", root);
}
