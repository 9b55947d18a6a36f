/* The counters are virtual time: they never go back, agree with the clock, and are the same in every run. */
#include <time.h>

#include "check.h"

#define READ(counter) ({ unsigned long v_; __asm__ volatile("rd" #counter " %0" : "=r"(v_)); v_; })

int
main(void)
{
	unsigned long cycle = READ(cycle), ticks = READ(time), instret = READ(instret);
	struct timespec now;
	unsigned long ns;

	for (int i = 0; i < 200; i++) {
		unsigned long c, t, n;

		for (volatile int j = 0; j < i; j++)
			continue;
		c = READ(cycle);
		t = READ(time);
		n = READ(instret);
		CHECK(c > cycle && t >= ticks && n > instret);
		CHECK(n - instret >= (unsigned long)i);
		cycle = c;
		ticks = t;
		instret = n;
	}
	/* 10 MHz, from boot. */
	ticks = READ(time);
	CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	ns = (unsigned long)now.tv_sec * 1000000000 + (unsigned long)now.tv_nsec;
	CHECK(ns >= ticks * 100 && ns < ticks * 100 + 10000);
	/* Reading into x0 is allowed and does nothing. */
	__asm__ volatile("csrr zero, cycle");
	printf("%lu %lu %lu\n", cycle, ticks, instret);
	return 0;
}
