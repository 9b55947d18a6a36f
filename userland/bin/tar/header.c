/*
 * Headers: the ustar format of POSIX.
 */
#include "tar.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
	char magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155], padding[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

/* Octal digits and a NUL; false when the number does not fit. */
static bool
put_number(char *field, size_t size, unsigned long long n)
{
	char text[32];

	snprintf(text, sizeof(text), "%0*llo", (int)size - 1, n);
	if (strlen(text) > size - 1) {
		memset(field, '7', size - 1);
		field[size - 1] = '\0';
		return false;
	}
	memcpy(field, text, size);
	return true;
}

static unsigned long long
get_number(const char *field, size_t size)
{
	unsigned long long n = 0;
	size_t i = 0;

	/* The top bit of the first byte announces binary: GNU's way for what is too large. */
	if ((unsigned char)field[0] & 0x80) {
		for (i = 1; i < size; i++)
			n = n << 8 | (unsigned char)field[i];
		return n;
	}
	while (i < size && field[i] == ' ')
		i++;
	for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
		n = n * 8 + (unsigned long long)(field[i] - '0');
	return n;
}

static unsigned int
sum(const struct header *h)
{
	const unsigned char *bytes = (const unsigned char *)h;
	unsigned int total = 0;

	for (size_t i = 0; i < BLOCK; i++)
		total += i >= offsetof(struct header, checksum) && i < offsetof(struct header, type) ? ' ' : bytes[i];
	return total;
}

/* A path of more than 100 bytes is split at a slash between prefix and name. */
static bool
put_path(struct header *h, const char *path)
{
	size_t length = strlen(path), before = 0;

	if (length > sizeof(h->name)) {
		for (before = length - sizeof(h->name) - 1; path[before] != '/'; before++)
			if (before + 1 >= length)
				return false;
		if (before == 0 || before > sizeof(h->prefix) || path[before + 1] == '\0')
			return false;
		memcpy(h->prefix, path, before++);
	}
	memcpy(h->name, path + before, length - before);
	return true;
}

static void
finish_header(struct header *h)
{
	memcpy(h->magic, "ustar", 6);
	memcpy(h->version, "00", 2);
	snprintf(h->checksum, sizeof(h->checksum), "%06o", sum(h));
	h->checksum[7] = ' ';
	write_block(h);
}

static void
write_data(const char *data, size_t size)
{
	char block[BLOCK];

	for (; size > 0; data += BLOCK) {
		size_t n = size < BLOCK ? size : BLOCK;

		memset(block, 0, BLOCK);
		memcpy(block, data, n);
		write_block(block);
		size -= n;
	}
}

/* A record of an extended header begins with its own length, which counts its own digits. */
static char *
extended_record(const char *key, const char *value)
{
	size_t rest = strlen(key) + strlen(value) + 3, length = rest + 1;
	char *record;

	while (length != rest + (size_t)snprintf(NULL, 0, "%zu", length))
		length = rest + (size_t)snprintf(NULL, 0, "%zu", length);
	if (asprintf(&record, "%zu %s=%s\n", length, key, value) == -1)
		err(2, NULL);
	return record;
}

static void
write_extended(const char *key, const char *value)
{
	char *record = extended_record(key, value);
	struct header h;

	memset(&h, 0, sizeof(h));
	memcpy(h.name, "././@PaxHeader", 14);
	put_number(h.mode, sizeof(h.mode), 0644);
	put_number(h.uid, sizeof(h.uid), 0);
	put_number(h.gid, sizeof(h.gid), 0);
	put_number(h.size, sizeof(h.size), strlen(record));
	put_number(h.mtime, sizeof(h.mtime), 0);
	h.type = 'x';
	finish_header(&h);
	write_data(record, strlen(record));
	free(record);
}

static void
copy_name(char *field, size_t size, const char *name)
{
	size_t length = strlen(name);

	memcpy(field, name, length < size ? length : size);
}

void
write_header(const struct entry *e)
{
	struct header h;

	memset(&h, 0, sizeof(h));
	if (!put_path(&h, e->path)) {
		write_extended("path", e->path);
		copy_name(h.name, sizeof(h.name), e->path);
	}
	if (e->target != NULL) {
		if (strlen(e->target) > sizeof(h.link))
			write_extended("linkpath", e->target);
		copy_name(h.link, sizeof(h.link), e->target);
	}
	put_number(h.mode, sizeof(h.mode), e->mode & 07777);
	put_number(h.uid, sizeof(h.uid), e->uid);
	put_number(h.gid, sizeof(h.gid), e->gid);
	if (!put_number(h.size, sizeof(h.size), (unsigned long long)e->size)) {
		char text[32];

		snprintf(text, sizeof(text), "%lld", (long long)e->size);
		write_extended("size", text);
	}
	put_number(h.mtime, sizeof(h.mtime), e->mtime > 0 ? (unsigned long long)e->mtime : 0);
	h.type = e->type;
	copy_name(h.user, sizeof(h.user) - 1, e->user);
	copy_name(h.group, sizeof(h.group) - 1, e->group);
	if (e->type == '3' || e->type == '4') {
		put_number(h.major, sizeof(h.major), major(e->device));
		put_number(h.minor, sizeof(h.minor), minor(e->device));
	}
	finish_header(&h);
}

static char *
read_data(off_t size)
{
	char *data = need(malloc((size_t)size + BLOCK + 1));

	for (off_t done = 0; done < size; done += BLOCK)
		if (!read_block((unsigned char *)data + done))
			errx(2, "the archive ends within a header");
	data[size] = '\0';
	return data;
}

static void
replace_text(char **text, const char *with, size_t length)
{
	free(*text);
	*text = need(strndup(with, length));
}

/* What an extended header says counts for the next file. */
static void
parse_extended(char *data, size_t size, struct entry *e, off_t *file_size)
{
	char *end = data + size;

	while (data < end) {
		char *key, *value;
		size_t length = strtoul(data, &key, 10);

		if (length == 0 || length > (size_t)(end - data) || *key != ' ' ||
		    (value = memchr(key, '=', length - (size_t)(key - data))) == NULL)
			errx(2, "an extended header is damaged");
		key++;
		*value++ = '\0';
		if (strcmp(key, "path") == 0)
			replace_text(&e->path, value, (size_t)(data + length - 1 - value));
		else if (strcmp(key, "linkpath") == 0)
			replace_text(&e->target, value, (size_t)(data + length - 1 - value));
		else if (strcmp(key, "size") == 0)
			*file_size = (off_t)strtoll(value, NULL, 10);
		data += length;
	}
}

static void
take_header(struct entry *e, const struct header *h, off_t size)
{
	if (e->path == NULL) {
		bool prefixed = memcmp(h->magic, "ustar\0", 6) == 0 && h->prefix[0] != '\0';

		if (asprintf(&e->path, "%.*s%s%.*s", prefixed ? (int)sizeof(h->prefix) : 0, h->prefix,
		    prefixed ? "/" : "", (int)sizeof(h->name), h->name) == -1)
			err(2, NULL);
	}
	if (e->target == NULL)
		e->target = need(strndup(h->link, sizeof(h->link)));
	e->type = h->type == '\0' || h->type == '7' ? '0' : h->type;
	if (e->type == '0' && e->path[0] != '\0' && e->path[strlen(e->path) - 1] == '/')
		e->type = '5';
	e->mode = (mode_t)get_number(h->mode, sizeof(h->mode)) & 07777;
	e->uid = (uid_t)get_number(h->uid, sizeof(h->uid));
	e->gid = (gid_t)get_number(h->gid, sizeof(h->gid));
	e->size = size;
	e->mtime = (time_t)get_number(h->mtime, sizeof(h->mtime));
	snprintf(e->user, sizeof(e->user), "%.*s", (int)sizeof(h->user), h->user);
	snprintf(e->group, sizeof(e->group), "%.*s", (int)sizeof(h->group), h->group);
	e->device = makedev(get_number(h->major, sizeof(h->major)), get_number(h->minor, sizeof(h->minor)));
}

bool
read_header(struct entry *e)
{
	struct header h;
	off_t size, real_size = -1;
	char *data;

	memset(e, 0, sizeof(*e));
	for (;;) {
		static const char empty[BLOCK];

		if (!read_block((unsigned char *)&h) || memcmp(&h, empty, BLOCK) == 0) {
			free_entry(e);
			return false;
		}
		if (get_number(h.checksum, sizeof(h.checksum)) != sum(&h))
			errx(2, "this is no archive, or it is damaged: a header's checksum is wrong");
		size = (off_t)get_number(h.size, sizeof(h.size));
		if (strchr("xgLK", h.type) == NULL || h.type == '\0')
			break;
		if (size < 0 || size > 1 << 24)
			errx(2, "an extended header is too large");
		data = read_data(size);
		if (h.type == 'x')
			parse_extended(data, (size_t)size, e, &real_size);
		else if (h.type == 'L')
			replace_text(&e->path, data, (size_t)size);
		else if (h.type == 'K')
			replace_text(&e->target, data, (size_t)size);
		free(data);
	}
	take_header(e, &h, real_size >= 0 ? real_size : size);
	return true;
}

void
free_entry(struct entry *e)
{
	free(e->path);
	free(e->target);
	e->path = e->target = NULL;
}
