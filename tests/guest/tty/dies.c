/* An init that does not stay. */
int
main(void)
{
	return 3;
}
