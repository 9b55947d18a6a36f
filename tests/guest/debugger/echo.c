/* Reads lines and says them. */
#include <stdio.h>

int main(void)
{
	char line[80];

	while (fgets(line, sizeof line, stdin) != NULL)
		printf("got %s", line);
	return 0;
}
