/*
 * malloc: segregated free lists over the break, mappings of their own for big blocks.
 *
 *      | header | payload ................ | header | payload ...
 *               ^ what malloc returns, aligned to 16
 *
 * Block sizes are fixed classes, four to each doubling. A block is cut from fresh memory once and ever after
 * belongs to its class: allocation and release are a pop and a push, nothing is split or merged, and memory
 * that nobody asked for is never touched. Blocks above LARGEST_CLASS are mapped and unmapped, so that they
 * go back to the system, grow by mremap(2), and fault when used after being freed.
 *
 * The header is a checksum over its own address, which is how an overrun, a double free or a foreign
 * pointer is told from a block. Reports name the block and abort.
 */
#include <sys/mman.h>
#include <sys/param.h>
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc_lock.h"
#include "libc_private.h"

#define ALIGNMENT	16
#define PAGE		4096
#define CLASSES		44
#define LARGEST_CLASS	65536
#define FIRST_REGION	(16 * PAGE)
#define BIGGEST_REGION	(256 * PAGE)

enum state {
	USED = 0x5553,
	FREE = 0x4652,
	LARGE = 0x4c47,
	ALIGNED = 0x414c,	/* a payload inside another block; the distance is in the word before */
	REGION_END = 0x454e,
};

struct header {
	uint32_t checksum;
	uint16_t class;
	uint16_t state;
};

struct free_block {
	struct header header;
	struct free_block *next;
};

/* A big block's first words; its size includes the mapping's every page. */
struct mapping {
	size_t size;
	struct header header;
};

static struct free_block *free_list[CLASSES];
static char *region_end;	/* where the next header goes ... */
static char *region_limit;	/* ... and may go: there is room for an end mark behind */
static char *heap_start;
static char *zero_from;		/* fresh memory from here on is known to be zero */
static size_t next_region = FIRST_REGION;
static libc_lock_t heap_lock;	/* for all of these; mappings need none */

_Static_assert(sizeof(struct header) == 8, "payloads are 16-aligned because headers are 8 bytes");

static uint32_t
checksum(const struct header *h)
{
	uint64_t mixed = ((uintptr_t)h >> 3) * 0x9e3779b97f4a7c15u;

	return (uint32_t)(mixed >> 32) ^ ((uint32_t)h->class << 16 | h->state);
}

static void
seal(struct header *h, unsigned int class, enum state state)
{
	h->class = class;
	h->state = state;
	h->checksum = checksum(h);
}

static bool
intact(const struct header *h)
{
	return h->checksum == checksum(h);
}

/* Block sizes: 16 32 .. 128, 160 192 224 256, 320 .. 65536; headers included. */
static unsigned int
class_of(size_t block)
{
	unsigned int log;

	if (block <= 128)
		return (block - 1) / 16;
	log = 63 - __builtin_clzl(block - 1);		/* 7 for 129..256 */
	return 8 + (log - 7) * 4 + ((block - 1) >> (log - 2)) - 4;
}

static size_t
class_size(unsigned int class)
{
	if (class < 8)
		return (class + 1) * 16;
	return (size_t)(5 + (class - 8) % 4) << (5 + (class - 8) / 4);
}

static void *
payload_of(struct header *h)
{
	return h + 1;
}

/* Somebody else may have moved the break since: then the rest of the old region is given up. */
static bool
extend(size_t need)
{
	size_t grow = MAX(need + 2 * ALIGNMENT, next_region);
	char *old = sbrk(0), *start;

	grow = roundup((uintptr_t)old + grow, PAGE) - (uintptr_t)old;
	start = sbrk(grow);
	if (start == (char *)-1)
		return false;
	if (region_end == NULL || start != region_limit + sizeof(struct header)) {
		if (region_end != NULL)
			seal((struct header *)region_end, 0, REGION_END);
		else
			heap_start = start;
		region_end = (char *)roundup((uintptr_t)start, ALIGNMENT) + ALIGNMENT - sizeof(struct header);
		zero_from = (char *)roundup((uintptr_t)start, PAGE);
	}
	region_limit = start + grow - sizeof(struct header);
	if (next_region < BIGGEST_REGION)
		next_region *= 2;
	return true;
}

static struct header *
cut_fresh(unsigned int class)
{
	size_t size = class_size(class);
	struct header *h;

	if (region_end == NULL || (size_t)(region_limit - region_end) < size)
		if (!extend(size))
			return NULL;
	h = (struct header *)region_end;
	region_end += size;
	return h;
}

static bool
plausible(const struct free_block *b)
{
	return b == NULL || ((char *)b >= heap_start && (char *)b < region_end &&
	    (uintptr_t)b % sizeof(struct header) == 0);
}

static struct header *
reuse(unsigned int class)
{
	struct free_block *b = free_list[class];

	if (!intact(&b->header) || b->header.state != FREE || !plausible(b->next))
		__libc_fatal("malloc: the free block at %p (%zu bytes) was written to", payload_of(&b->header),
		    class_size(class) - sizeof(struct header));
	free_list[class] = b->next;
	return &b->header;
}

static void *
map_large(size_t size)
{
	size_t total = roundup(size + sizeof(struct mapping), PAGE);
	struct mapping *m;

	m = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	if (m == MAP_FAILED) {
		errno = ENOMEM;
		return NULL;
	}
	m->size = total;
	seal(&m->header, 0, LARGE);
	return payload_of(&m->header);
}

static void *
allocate(size_t size, bool zeroed)
{
	struct header *h;
	unsigned int class;
	bool is_zero = false;

	if (size > PTRDIFF_MAX - PAGE) {
		errno = ENOMEM;
		return NULL;
	}
	size += sizeof(struct header);
	if (size > LARGEST_CLASS)
		return map_large(size - sizeof(struct header));
	class = class_of(size);
	libc_lock(&heap_lock);
	if (free_list[class] != NULL)
		h = reuse(class);
	else {
		h = cut_fresh(class);
		is_zero = (char *)h >= zero_from;
	}
	if (h != NULL)
		seal(h, class, USED);
	libc_unlock(&heap_lock);
	if (h == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	if (zeroed && !is_zero)
		memset(payload_of(h), 0, class_size(class) - sizeof(*h));
	return payload_of(h);
}

/* The header of a live block, whatever alignment its payload was given. */
static struct header *
header_of(const void *payload, const char *caller)
{
	struct header *h = (struct header *)(uintptr_t)payload - 1;

	if ((uintptr_t)payload % ALIGNMENT != 0)
		__libc_fatal("%s: %p is not a pointer that malloc returned", caller, payload);
	if (!intact(h))
		__libc_fatal("%s: %p is not a block of malloc, or what precedes it was overwritten", caller,
		    payload);
	if (h->state == ALIGNED) {
		payload = (const char *)payload - ((const size_t *)h)[-1];
		return header_of(payload, caller);
	}
	if (h->state == FREE)
		__libc_fatal("%s: %p (%zu bytes) is free already", caller, payload,
		    class_size(h->class) - sizeof(*h));
	if (h->state != USED && h->state != LARGE)
		__libc_fatal("%s: %p is not a block of malloc", caller, payload);
	return h;
}

static size_t
usable(const struct header *h)
{
	if (h->state == LARGE)
		return ((const size_t *)h)[-1] - sizeof(struct mapping);
	return class_size(h->class) - sizeof(*h);
}

void *
malloc(size_t size)
{
	return allocate(size, false);
}

void *
calloc(size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return allocate(total, true);
}

void
free(void *payload)
{
	struct free_block *b;
	struct header *h, *neighbour;

	if (payload == NULL)
		return;
	h = header_of(payload, "free");
	if (h->state == LARGE) {
		int saved = errno;

		munmap((size_t *)h - 1, ((size_t *)h)[-1]);
		errno = saved;
		return;
	}
	libc_lock(&heap_lock);
	/* The neighbour was cut later, so its header is in memory that is in use. */
	neighbour = (struct header *)((char *)h + class_size(h->class));
	if ((char *)neighbour != region_end && !intact(neighbour))
		__libc_fatal("free: the block at %p (%zu bytes) was overrun", payload,
		    class_size(h->class) - sizeof(*h));
	seal(h, h->class, FREE);
	b = (struct free_block *)h;
	b->next = free_list[h->class];
	free_list[h->class] = b;
	libc_unlock(&heap_lock);
}

/* For a fork in a process with several threads. */
void __malloc_before_fork(void);
void __malloc_after_fork(void);

void
__malloc_before_fork(void)
{
	libc_lock(&heap_lock);
}

void
__malloc_after_fork(void)
{
	libc_unlock(&heap_lock);
}

static void *
grow_large(struct header *h, size_t size)
{
	struct mapping *m = (struct mapping *)((size_t *)h - 1);
	size_t total = roundup(size + sizeof(*m), PAGE);

	if (total == m->size)
		return payload_of(h);
	m = mremap(m, m->size, NULL, total, 0);
	if (m == MAP_FAILED)
		return NULL;
	m->size = total;
	seal(&m->header, 0, LARGE);	/* the checksum depends on the address */
	return payload_of(&m->header);
}

void *
realloc(void *payload, size_t size)
{
	struct header *h;
	size_t have;
	void *new;

	if (payload == NULL)
		return allocate(size, false);
	if (size > PTRDIFF_MAX - PAGE) {
		errno = ENOMEM;
		return NULL;
	}
	h = header_of(payload, "realloc");
	if (h + 1 == payload) {
		size_t block = size + sizeof(*h);

		if (h->state == USED && block <= LARGEST_CLASS && class_of(block) == h->class)
			return payload;
		if (h->state == LARGE && block > LARGEST_CLASS && (new = grow_large(h, size)) != NULL)
			return new;
	}
	have = usable(h) - ((char *)payload - (char *)(h + 1));
	new = allocate(size, false);
	if (new == NULL)
		return NULL;
	memcpy(new, payload, MIN(have, size));
	free(payload);
	return new;
}

static void *
allocate_aligned(size_t alignment, size_t size)
{
	char *payload, *aligned;

	if (alignment <= ALIGNMENT)
		return allocate(size, false);
	if (size > PTRDIFF_MAX - PAGE - alignment) {
		errno = ENOMEM;
		return NULL;
	}
	payload = allocate(size + alignment, false);
	if (payload == NULL)
		return NULL;
	aligned = (char *)roundup((uintptr_t)payload, alignment);
	if (aligned != payload) {
		struct header *h = (struct header *)aligned - 1;

		((size_t *)h)[-1] = aligned - payload;
		seal(h, 0, ALIGNED);
	}
	return aligned;
}

int
posix_memalign(void **result, size_t alignment, size_t size)
{
	int saved = errno;
	void *p;

	if (alignment < sizeof(void *) || !powerof2(alignment))
		return EINVAL;
	p = allocate_aligned(alignment, size);
	if (p == NULL) {
		errno = saved;
		return ENOMEM;
	}
	*result = p;
	return 0;
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	if (alignment == 0 || !powerof2(alignment)) {
		errno = EINVAL;
		return NULL;
	}
	return allocate_aligned(alignment, size);
}

size_t
malloc_usable_size(const void *payload)
{
	const struct header *h;

	if (payload == NULL)
		return 0;
	h = header_of(payload, "malloc_usable_size");
	return usable(h) - ((const char *)payload - (const char *)(h + 1));
}
