/* What the parts of ls share. */
#include <sys/stat.h>
#include <stdbool.h>
#include <stddef.h>

enum order { BY_NAME, BY_TIME, BY_SIZE, UNSORTED };
enum format { SINGLE, COLUMNS_DOWN, COLUMNS_ACROSS, STREAM, LONG };
enum stamp { MODIFIED, ACCESSED, CHANGED, BORN };
enum follow { NEVER, ARGUMENTS, ALWAYS };

struct entry {
	char *name;
	char *path;		/* how to reach it from here */
	struct stat st;
};

struct list {
	struct entry *entries;
	size_t count, room;
};

/* What the options say. */
extern struct options {
	bool all, almost_all, directories_as_files, classify, mark_directories, inode, blocks, human, numeric;
	bool no_owner, no_group, reverse, recursive, whole_time, question_marks;
	enum order order;
	enum format format;
	enum stamp stamp;
	enum follow follow;
	int width;
	long block_size;
} options;

const struct timespec *time_of(const struct entry *);
void print_list(const struct list *, bool directory);
