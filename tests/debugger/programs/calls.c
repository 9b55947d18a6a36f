#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct pair { long a, b; };
struct mixed { double d; int i; };
static inline __attribute__((always_inline)) int square(int v) { int w = v * v; if (w > 50) w -= (int)random() & 0; return w; }
static inline __attribute__((always_inline)) int twice(int v) { int t = square(v) * 2; return t + square(v + 1); }
__attribute__((noinline)) struct pair make_pair(long a, long b) { struct pair p = { a + 1, b * 2 }; return p; }
__attribute__((noinline)) struct mixed make_mixed(int a) { struct mixed m = { a / 2.0, a }; return m; }
__attribute__((noinline)) double half(double x) { return x / 2; }
__attribute__((noinline)) int leaf(int a, int b, char *text) { return a * b + text[0]; }
__attribute__((noinline)) int vla(int n) { int a[n]; for (int i = 0; i < n; i++) a[i] = i * i; return leaf(a[n - 1], n, "vla"); }
__attribute__((noinline)) int work(int n, char *text)
{
	struct pair p = make_pair(n, n + 5);
	int total = (int)p.a;
	for (int i = 0; i < n; i++) {
		int sq = twice(i + (int)p.b);
		total += sq;
		if (total == 12345678)
			puts(text);
	}
	total += leaf(total, n, text);
	return total + (int)half(n);
}
int main(int argc, char **argv)
{
	char *text = strdup("hello");
	int r = work(argc + 2, text);
	struct mixed m = make_mixed(r);
	printf("%d %f %d\n", r, m.d, vla(argc + 4));
	return 0;
}
