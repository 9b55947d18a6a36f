#include "local.h"

int
getw(FILE *fp)
{
	int value;

	return fread(&value, sizeof(value), 1, fp) == 1 ? value : EOF;
}

int
putw(int value, FILE *fp)
{
	return fwrite(&value, sizeof(value), 1, fp) == 1 ? 0 : EOF;
}
