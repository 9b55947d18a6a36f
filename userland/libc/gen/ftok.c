/* ftok(3): a key for System V IPC from a file's identity. */
#include <sys/ipc.h>
#include <sys/stat.h>

key_t
ftok(const char *path, int id)
{
	struct stat st;

	if (stat(path, &st) == -1)
		return -1;
	return (key_t)((id & 0xff) << 24 | (st.st_dev & 0xff) << 16 | (st.st_ino & 0xffff));
}
