/* scandir(3): a directory's entries, chosen and sorted. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
alphasort(const struct dirent **a, const struct dirent **b)
{
	return strcoll((*a)->d_name, (*b)->d_name);
}

static void
free_entries(struct dirent **entries, size_t count)
{
	while (count > 0)
		free(entries[--count]);
	free(entries);
}

int
scandir(const char *path, struct dirent ***result, int (*choose)(const struct dirent *),
    int (*compare)(const struct dirent **, const struct dirent **))
{
	struct dirent **entries = NULL, *entry, *copy;
	size_t count = 0, room = 0;
	DIR *d = opendir(path);
	int saved;

	if (d == NULL)
		return -1;
	while (errno = 0, (entry = readdir(d)) != NULL) {
		if (choose != NULL && !choose(entry))
			continue;
		if (count == room) {
			room = room == 0 ? 32 : room * 2;
			if (reallocarr(&entries, room, sizeof(*entries)) != 0)
				goto fail;
		}
		copy = malloc(_DIRENT_SIZE(entry));
		if (copy == NULL)
			goto fail;
		entries[count++] = memcpy(copy, entry, _DIRENT_SIZE(entry));
	}
	if (errno != 0)
		goto fail;
	closedir(d);
	if (compare != NULL)
		qsort(entries, count, sizeof(*entries), (int (*)(const void *, const void *))compare);
	*result = entries;
	return count;

fail:
	saved = errno != 0 ? errno : ENOMEM;
	free_entries(entries, count);
	closedir(d);
	errno = saved;
	return -1;
}
