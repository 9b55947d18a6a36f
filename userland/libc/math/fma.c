#include <math.h>

double
fma(double a, double b, double c)
{
	double result;

	__asm("fmadd.d %0, %1, %2, %3" : "=f"(result) : "f"(a), "f"(b), "f"(c));
	return result;
}

float
fmaf(float a, float b, float c)
{
	float result;

	__asm("fmadd.s %0, %1, %2, %3" : "=f"(result) : "f"(a), "f"(b), "f"(c));
	return result;
}
