/* Hash tables with open addressing; a power of two, at most three quarters full. */

#include <errno.h>
#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct _ENTRY {
	ENTRY entry;		/* key NULL: never used */
};

static struct hsearch_data global;

static size_t
hash(const char *key)
{
	uint64_t h = 14695981039346656037ULL;	/* FNV-1a */

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * 1099511628211ULL;
	return (size_t)(h ^ h >> 32);
}

static struct _ENTRY *
slot_for(struct hsearch_data *table, const char *key)
{
	size_t mask = table->size - 1, i = hash(key) & mask;

	while (table->table[i].entry.key != NULL && strcmp(table->table[i].entry.key, key) != 0)
		i = (i + 1) & mask;
	return &table->table[i];
}

static int
grow(struct hsearch_data *table)
{
	struct hsearch_data larger = { NULL, table->size * 2, table->filled };

	larger.table = calloc(larger.size, sizeof(*larger.table));
	if (larger.table == NULL)
		return 0;
	for (size_t i = 0; i < table->size; i++)
		if (table->table[i].entry.key != NULL)
			*slot_for(&larger, table->table[i].entry.key) = table->table[i];
	free(table->table);
	*table = larger;
	return 1;
}

int
hcreate_r(size_t expected, struct hsearch_data *table)
{
	size_t size = 16;

	while (size / 4 * 3 < expected && size <= SIZE_MAX / 2 / sizeof(*table->table))
		size *= 2;
	table->table = calloc(size, sizeof(*table->table));
	table->size = size;
	table->filled = 0;
	return table->table != NULL;
}

void
hdestroy1_r(struct hsearch_data *table, void (*free_key)(void *), void (*free_data)(void *))
{
	for (size_t i = 0; table->table != NULL && i < table->size; i++) {
		ENTRY *e = &table->table[i].entry;

		if (e->key == NULL)
			continue;
		if (free_key != NULL)
			free_key(e->key);
		if (free_data != NULL)
			free_data(e->data);
	}
	free(table->table);
	table->table = NULL;
	table->size = table->filled = 0;
}

void
hdestroy_r(struct hsearch_data *table)
{
	hdestroy1_r(table, NULL, NULL);
}

int
hsearch_r(ENTRY item, ACTION action, ENTRY **result, struct hsearch_data *table)
{
	struct _ENTRY *slot;

	*result = NULL;
	if (table->table == NULL) {
		errno = EINVAL;
		return 0;
	}
	slot = slot_for(table, item.key);
	if (slot->entry.key == NULL) {
		if (action == FIND) {
			errno = ESRCH;
			return 0;
		}
		if (table->filled + 1 > table->size / 4 * 3) {
			if (!grow(table))
				return 0;
			slot = slot_for(table, item.key);
		}
		slot->entry = item;
		table->filled++;
	}
	*result = &slot->entry;
	return 1;
}

int
hcreate(size_t expected)
{
	return hcreate_r(expected, &global);
}

void
hdestroy(void)
{
	hdestroy_r(&global);
}

void
hdestroy1(void (*free_key)(void *), void (*free_data)(void *))
{
	hdestroy1_r(&global, free_key, free_data);
}

ENTRY *
hsearch(ENTRY item, ACTION action)
{
	ENTRY *result;

	hsearch_r(item, action, &result, &global);
	return result;
}
