/*
 * The longest common subsequence, by the algorithm of Myers in linear space (Algorithmica 1, 1986): shortest
 * edit paths are followed from both ends at once; where they meet, the problem falls into two smaller ones.
 *
 * A point (x, y) is x lines into the first file and y into the second; its diagonal is x - y.
 */
#include "diff.h"

#include <stdlib.h>

#define MOST_COST	4000	/* edits from either end before a good split will do instead of the best */

typedef long position;

static const size_t *lines[2];
static bool *changed[2];
static position *reached_forward, *reached_backward;	/* by diagonal: the x that is furthest */

struct box {
	position x, y, x_end, y_end;
};

/* As far as any path of that many edits comes. */
static void
furthest(const struct box *b, position low, position high, position *x, position *y)
{
	position best = -1;

	for (position d = low; d <= high; d++) {
		position far = reached_forward[d];

		/* Diagonals of the wrong parity hold what was reached one edit before, or lie outside. */
		if (far < b->x || far > b->x_end || far - d < b->y || far - d > b->y_end)
			continue;
		if (far + far - d > best) {
			best = far + far - d;
			*x = far;
			*y = far - d;
		}
	}
}

static position
step_forward(const struct box *b, position d)
{
	position insertion = reached_forward[d + 1], deletion = reached_forward[d - 1] + 1;
	position x = insertion > deletion ? insertion : deletion;

	while (x < b->x_end && x - d < b->y_end && lines[0][x] == lines[1][x - d])
		x++;
	return reached_forward[d] = x;
}

static position
step_backward(const struct box *b, position d)
{
	position deletion = reached_backward[d + 1] - 1, insertion = reached_backward[d - 1];
	position x = insertion < deletion ? insertion : deletion;

	while (x > b->x && x - d > b->y && lines[0][x - 1] == lines[1][x - d - 1])
		x--;
	return reached_backward[d] = x;
}

/* Widens the range of diagonals by one at both ends, or narrows it where it would leave the box. */
static void
widen(position *low, position *high, position least, position most, position *reached, position outside)
{
	if (*low > least)
		reached[--*low - 1] = outside;
	else
		++*low;
	if (*high < most)
		reached[++*high + 1] = outside;
	else
		--*high;
}

/* A point on a shortest path through the box, which has lines on both sides and none in common at its ends. */
static void
middle(const struct box *b, position *x, position *y)
{
	position start = b->x - b->y, end = b->x_end - b->y_end;
	position least = b->x - b->y_end, most = b->x_end - b->y;
	position low = start, high = start, back_low = end, back_high = end;
	bool odd = (start - end) & 1;

	reached_forward[start] = b->x;
	reached_backward[end] = b->x_end;
	for (int cost = 1;; cost++) {
		widen(&low, &high, least, most, reached_forward, b->x - 1);
		for (position d = high; d >= low; d -= 2) {
			*x = step_forward(b, d);
			*y = *x - d;
			if (odd && d >= back_low && d <= back_high && *x >= reached_backward[d])
				return;
		}
		widen(&back_low, &back_high, least, most, reached_backward, b->x_end + 1);
		for (position d = back_high; d >= back_low; d -= 2) {
			*x = step_backward(b, d);
			*y = *x - d;
			if (!odd && d >= low && d <= high && *x <= reached_forward[d])
				return;
		}
		if (cost >= MOST_COST) {
			furthest(b, low, high, x, y);
			return;
		}
	}
}

static void
mark(struct box b)
{
	while (b.x < b.x_end && b.y < b.y_end && lines[0][b.x] == lines[1][b.y]) {
		b.x++;
		b.y++;
	}
	while (b.x < b.x_end && b.y < b.y_end && lines[0][b.x_end - 1] == lines[1][b.y_end - 1]) {
		b.x_end--;
		b.y_end--;
	}
	if (b.x == b.x_end || b.y == b.y_end) {
		for (; b.y < b.y_end; b.y++)
			changed[1][b.y] = true;
		for (; b.x < b.x_end; b.x++)
			changed[0][b.x] = true;
	} else {
		position x = b.x, y = b.y;

		middle(&b, &x, &y);
		mark((struct box){ b.x, b.y, x, y });
		mark((struct box){ x, y, b.x_end, b.y_end });
	}
}

/* Moves the runs of changed lines that can be moved as far down as they go, so that equal runs join. */
static void
slide(int which, size_t count, size_t other_count)
{
	size_t i = 0, j = 0;
	bool *mine = changed[which], *others = changed[1 - which];

	for (;;) {
		size_t start;

		while (i < count && !mine[i]) {
			while (j < other_count && others[j])
				j++;
			i++;
			j++;
		}
		if (i >= count)
			return;
		for (start = i; i < count && mine[i]; i++)
			continue;
		/* A run that stands beside a run of the other file is a replacement, and stays. */
		if ((j < other_count && others[j]) || (j > 0 && j <= other_count && others[j - 1]))
			continue;
		while (i < count && lines[which][start] == lines[which][i]) {
			mine[start++] = false;
			mine[i++] = true;
			j++;
			while (i < count && mine[i])
				i++;
			if (j < other_count && others[j])
				break;
		}
	}
}

static size_t
collect(struct file files[2], struct change **changes)
{
	size_t count = 0, size = 0, x = 0, y = 0;

	*changes = NULL;
	while (x < files[0].count || y < files[1].count) {
		struct change c = { { x, y }, { 0, 0 } };

		while (x < files[0].count && changed[0][x])
			x++;
		while (y < files[1].count && changed[1][y])
			y++;
		c.count[0] = x - c.first[0];
		c.count[1] = y - c.first[1];
		if (c.count[0] == 0 && c.count[1] == 0) {
			x++;
			y++;
			continue;
		}
		if (count == size) {
			size = size * 2 + 16;
			*changes = need(reallocarray(*changes, size, sizeof(c)));
		}
		(*changes)[count++] = c;
	}
	return count;
}

size_t
find_changes(struct file files[2], struct change **changes)
{
	position n = (position)files[0].count, m = (position)files[1].count;
	position *room = need(calloc((size_t)(n + m + 3) * 2, sizeof(*room)));

	for (int i = 0; i < 2; i++) {
		lines[i] = files[i].classes;
		changed[i] = files[i].changed;
	}
	reached_forward = room + m + 1;
	reached_backward = reached_forward + n + m + 3;
	mark((struct box){ 0, 0, n, m });
	free(room);
	slide(0, files[0].count, files[1].count);
	slide(1, files[1].count, files[0].count);
	return collect(files, changes);
}
