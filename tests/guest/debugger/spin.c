/* Runs for ever, for ^C. */
volatile unsigned long turns;

int main(void)
{
	for (;;)
		turns++;
}
