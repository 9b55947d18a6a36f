#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>
struct point { int x, y; };
enum color { RED, GREEN = 5, BLUE };
enum flags { F_A = 1, F_B = 2, F_C = 4 };
union u { int i; float f; char c[4]; };
typedef struct node { struct node *next; const char *name; struct point pos; enum color col; unsigned a:3, b:5; int sb:4; int (*fn)(int, char *); union u u; double d; bool flag; } node_t;
int add(int a, char *p) { return a + *p; }
extern node_t head;
node_t tail = { 0, "tail\n\t\"q\"", {-1, 2}, 7, 5, 17, -3, 0, {0x41424344}, -0.1, true };
node_t head = { &tail, "hello", {1, 2}, GREEN, 3, 9, 2, add, {1}, 1.5, false };
int table[300];
int seq[250] = {1,2,3,4,5,6,7,8,9,10,11,12,13};
int lots[250];
char abc[16] = "abc";
char exact[3] = "abc";
char zeros[1000];
char runs[40] = "xxxxxxxxxxyyyyyyyyyyyyz";
char big[300] = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz";
const char *longs = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz";
char esc[] = "\001\0022\377\033[0m\\";
uint8_t bytes[4] = {1, 2, 65, 255};
signed char sc = -5; unsigned char uc = 200; char plain = 'A';
int16_t shorts[5] = {1,-1,2,2,2};
int matrix[2][3] = {{1,2,3},{4,5,6}};
struct point pts[3] = {{1,2},{1,2},{3,4}};
struct point *pp = &pts[1];
enum flags fl = F_A | F_C; enum flags f0 = 0; enum flags fbad = 8; enum color cbad = 9;
float fl32 = 0.1f; double dbl = 0.1; long double ld = 0.1L; double inf = 1e999; float tiny = 1e-30f; double whole = 3;
long double ldbig = 1e300L;
void *vp = &table[3]; char *cp = abc; int *ip = &table[2]; int (*fp)(int, char *) = add; int **ipp = &ip; char **argvv = &cp;
long neg = -1; unsigned long huge = ~0ul; __int128 big128 = -5;
bool yes = true; _Bool arr[3] = {1,0,1};
struct { int a; union { int b; char c; }; struct { short s; } in; } anon = {1, {2}, {3}};
struct empty {} em;
const volatile int cv = 3;
char *strs[3] = {"a", "b", 0};
static int hidden = 4;
wchar_t wide[] = L"hi";
int (*fps[2])(int, char *) = {add, 0};
int main(void) { return hidden + cv + sizeof(struct empty) + (int)(long)&big128; }
