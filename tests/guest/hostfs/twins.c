/*
 * Does the same random things in /host and in /tmp, and compares what the calls say: results, errors, contents,
 * types, sizes, numbers of links, directories. Names are few, so that they meet often.
 */
#include <sys/stat.h>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "check.h"

#define STEPS 1500

static unsigned long long state;
static const char *const roots[2] = { "/host/w", "/tmp/w" };
static int files[2] = { -1, -1 };	/* one that stays open */

static unsigned
any(unsigned n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % n;
}

/* A path below each of the roots: the same one. */
static void
choose(char paths[2][64])
{
	static const char *const names[] = { "a", "b", "c", "d/a", "d/b", "d/e/a", "d", "d/e", "l/a", "l", "d/..", "e/" };
	const char *name = names[any(sizeof(names) / sizeof(*names))];

	for (int i = 0; i < 2; i++)
		snprintf(paths[i], 64, "%s/%s", roots[i], name);
}

/* The outcome of a call as one number. */
static long
outcome(long result)
{
	return result == -1 ? -errno : result;
}

static unsigned long
digest(const char *data, ssize_t n)
{
	unsigned long h = 5381;

	for (ssize_t i = 0; i < n; i++)
		h = h * 33 + (unsigned char)data[i];
	return h;
}

static long
look(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return (long)st.st_mode;
	if (S_ISLNK(st.st_mode))
		st.st_mode = S_IFLNK;	/* hosts do not know modes of links */
	return (long)(digest((const char *)&st.st_size, sizeof(st.st_size)) * 7 + st.st_mode * 3 + st.st_nlink);
}

static long
contents(const char *path)
{
	static char data[65536];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd == -1)
		return -errno;
	n = read(fd, data, sizeof(data));
	close(fd);
	return n == -1 ? -errno : (long)digest(data, n);
}

/* A digest of a directory's names that does not depend on their order. */
static long
list(const char *path)
{
	unsigned long sum = 0;
	DIR *d = opendir(path);

	if (d == NULL)
		return -errno;
	for (struct dirent *e; (e = readdir(d)) != NULL; )
		sum += digest(e->d_name, (ssize_t)strlen(e->d_name)) * (e->d_type + 1u);
	closedir(d);
	return (long)sum;
}

static long
step(unsigned what, int i, char a[2][64], char b[2][64], unsigned argument)
{
	static char data[8192];
	char buffer[64];
	long result;
	int fd;

	memset(data, 'a' + (int)(argument % 26), sizeof(data));
	switch (what) {
	case 0:
		if ((fd = open(a[i], O_RDWR | O_CREAT | (argument & 1 ? O_EXCL : 0), 0644)) == -1)
			return -errno;
		result = outcome(pwrite(fd, data, argument % 5000, argument % 7000));
		close(fd);
		return result;
	case 1: return outcome(mkdir(a[i], 0755));
	case 2: return outcome(rmdir(a[i]));
	case 3: return outcome(unlink(a[i]));
	case 4: return outcome(rename(a[i], b[i]));
	case 5: return outcome(link(a[i], b[i]));
	case 6: return outcome(symlink("d/e", a[i]));
	case 7: result = readlink(a[i], buffer, sizeof(buffer)); return outcome(result);
	case 8: return outcome(truncate(a[i], argument % 9000));
	case 9: return outcome(chmod(a[i], argument & 1 ? 0755 : 0644));
	case 10: return look(a[i]);
	case 11: return contents(a[i]);
	case 12: return list(a[i]);
	case 13:
		if (files[i] != -1)
			close(files[i]);
		files[i] = open(a[i], O_RDWR);
		return outcome(files[i]) < 0 ? outcome(files[i]) : 0;
	case 14: return outcome(pwrite(files[i], data, argument % 3000, argument % 5000));
	case 15: return outcome(ftruncate(files[i], argument % 4000));
	case 16: result = pread(files[i], data, 5000, argument % 1000); return result < 0 ? -errno : (long)digest(data, result);
	default: return outcome(access(a[i], argument % 8));
	}
}

int
main(int argc, char **argv)
{
	char a[2][64], b[2][64];

	CHECK(mkdir(roots[0], 0755) == 0 && mkdir(roots[1], 0755) == 0);
	state = argc > 1 ? strtoull(argv[1], NULL, 10) * 977 : 1;
	for (int n = 0; n < STEPS; n++) {
		unsigned what = any(18), argument = any(1 << 20);
		long results[2];

		choose(a);
		choose(b);
		for (int i = 0; i < 2; i++)
			results[i] = step(what, i, a, b, argument);
		if (results[0] != results[1])
			CHECK_FAIL("step %d: call %u on %s and %s (%u): %ld, and in memory %ld", n, what, a[0], b[0], argument,
			    results[0], results[1]);
	}
	return 0;
}
