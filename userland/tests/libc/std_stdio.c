/* Streams: modes, buffering, positions, pushback, and streams that are not files. */
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include "../check.h"

#define PATH "/tmp/std_stdio.tmp"

static off_t
size_of(const char *path)
{
	struct stat st;

	CHECK_EQ(stat(path, &st), 0);
	return st.st_size;
}

static void
write_and_read(void)
{
	char buf[64];
	FILE *fp = fopen(PATH, "w");

	CHECK(fp != NULL);
	CHECK_EQ(fprintf(fp, "line %d\n", 1), 7);
	CHECK(fputs("line 2\n", fp) >= 0);
	CHECK_EQ(putc('3', fp), '3');
	CHECK_EQ(fwrite("\nrest", 1, 5, fp), 5);
	CHECK_EQ(size_of(PATH), 0);
	CHECK_EQ(fflush(fp), 0);
	CHECK_EQ(size_of(PATH), 20);
	CHECK_EQ(fclose(fp), 0);
	fp = fopen(PATH, "r");
	CHECK_STR(fgets(buf, sizeof(buf), fp), "line 1\n");
	CHECK_STR(fgets(buf, 4, fp), "lin");
	CHECK_EQ(getc(fp), 'e');
	CHECK_EQ(ftell(fp), 11);
	CHECK_EQ(fread(buf, 1, sizeof(buf), fp), 9);
	CHECK(memcmp(buf, " 2\n3\nrest", 9) == 0);
	CHECK(feof(fp));
	CHECK(!ferror(fp));
	CHECK_EQ(getc(fp), EOF);
	rewind(fp);
	CHECK(!feof(fp));
	CHECK_EQ(getc(fp), 'l');
	CHECK_EQ(fputc('x', fp), EOF);
	CHECK(ferror(fp));
	CHECK_EQ(fclose(fp), 0);
	CHECK(fopen(PATH, "wx") == NULL);
	CHECK_EQ(errno, EEXIST);
	CHECK(fopen(PATH, "q") == NULL);
	CHECK_EQ(errno, EINVAL);
}

static void
append_and_update(void)
{
	char buf[64];
	FILE *fp = fopen(PATH, "w+e");

	CHECK_EQ(fcntl(fileno(fp), F_GETFD), FD_CLOEXEC);
	fputs("0123456789", fp);
	CHECK_EQ(fseek(fp, 3, SEEK_SET), 0);
	CHECK_EQ(getc(fp), '3');
	CHECK_EQ(fseek(fp, 0, SEEK_CUR), 0);
	fputs("ab", fp);
	CHECK_EQ(ftell(fp), 6);
	CHECK_EQ(fseek(fp, -2, SEEK_END), 0);
	CHECK_EQ(fread(buf, 1, 5, fp), 2);
	rewind(fp);
	CHECK_STR(fgets(buf, sizeof(buf), fp), "0123ab6789");
	fclose(fp);
	fp = fopen(PATH, "a+");
	CHECK_EQ(getc(fp), '0');
	fseek(fp, 0, SEEK_SET);
	fputs("END", fp);
	fclose(fp);
	CHECK_EQ(size_of(PATH), 13);
}

static void
pushback(void)
{
	char buf[128];
	FILE *fp = fopen(PATH, "r");
	fpos_t pos;

	CHECK_EQ(getc(fp), '0');
	CHECK_EQ(ungetc('0', fp), '0');
	CHECK_EQ(getc(fp), '0');
	for (int i = 0; i < 40; i++)
		CHECK_EQ(ungetc('a' + i % 26, fp), 'a' + i % 26);
	for (int i = 39; i >= 0; i--)
		CHECK_EQ(getc(fp), 'a' + i % 26);
	CHECK_EQ(getc(fp), '1');
	ungetc('x', fp);
	CHECK_EQ(ftell(fp), 1);
	CHECK_EQ(fgetpos(fp, &pos), 0);
	CHECK_EQ(fread(buf, 1, 3, fp), 3);
	CHECK(memcmp(buf, "x23", 3) == 0);
	CHECK_EQ(fsetpos(fp, &pos), 0);
	CHECK_EQ(getc(fp), '1');
	while (getc(fp) != EOF)
		continue;
	CHECK_EQ(ungetc('z', fp), 'z');
	CHECK(!feof(fp));
	CHECK_EQ(getc(fp), 'z');
	CHECK_EQ(getc(fp), EOF);
	fclose(fp);
}

static void
buffering(void)
{
	char buf[16];
	int pipe_fds[2];
	FILE *fp;

	CHECK_EQ(pipe2(pipe_fds, O_NONBLOCK), 0);
	fp = fdopen(pipe_fds[1], "w");
	CHECK(fp != NULL);
	CHECK_EQ(setvbuf(fp, NULL, _IOLBF, 0), 0);
	fputs("abc", fp);
	CHECK_EQ(read(pipe_fds[0], buf, sizeof(buf)), -1);
	fputs("d\nef", fp);
	CHECK_EQ(read(pipe_fds[0], buf, sizeof(buf)), 5);
	CHECK(memcmp(buf, "abcd\n", 5) == 0);
	fprintf(fp, "g\nh");
	CHECK_EQ(read(pipe_fds[0], buf, sizeof(buf)), 4);
	CHECK(memcmp(buf, "efg\n", 4) == 0);
	CHECK_EQ(setvbuf(fp, NULL, _IONBF, 0), 0);
	CHECK_EQ(read(pipe_fds[0], buf, sizeof(buf)), 1);
	fprintf(fp, "%d", 42);
	CHECK_EQ(read(pipe_fds[0], buf, sizeof(buf)), 2);
	putc('x', fp);
	CHECK_EQ(read(pipe_fds[0], buf, sizeof(buf)), 1);
	CHECK_EQ(setvbuf(fp, buf, _IOFBF, 4), 0);
	fputs("12345", fp);
	fclose(fp);
	fp = fdopen(pipe_fds[0], "r");
	CHECK_EQ(fread(buf, 1, sizeof(buf), fp), 5);
	CHECK_EQ(fseek(fp, 0, SEEK_SET), -1);
	CHECK_EQ(errno, ESPIPE);
	fclose(fp);
}

static void
lines(void)
{
	char *line = NULL, *found;
	size_t size = 0, len, number = 0;
	FILE *fp = fopen(PATH, "w+");

	for (int i = 0; i < 3000; i++)
		putc('a' + i % 26, fp);
	fputs("\nshort\n# comment\nkey \\\n  value # note\nlast", fp);
	rewind(fp);
	CHECK_EQ(getline(&line, &size, fp), 3001);
	CHECK_EQ(getdelim(&line, &size, 'o', fp), 3);
	CHECK_STR(line, "sho");
	found = fgetln(fp, &len);
	CHECK_EQ(len, 3);
	CHECK(memcmp(found, "rt\n", 3) == 0);
	free(line);
	line = fparseln(fp, &len, &number, NULL, 0);
	CHECK_STR(line, "");
	free(line);
	line = fparseln(fp, &len, &number, NULL, 0);
	CHECK_STR(line, "key   value ");
	CHECK_EQ(number, 3);
	free(line);
	line = NULL;
	size = 0;
	CHECK_EQ(getline(&line, &size, fp), 4);
	CHECK_STR(line, "last");
	CHECK_EQ(getline(&line, &size, fp), -1);
	free(line);
	fclose(fp);
}

static void
memory_streams(void)
{
	char buf[16], *made;
	size_t size;
	FILE *fp = fmemopen(buf, sizeof(buf), "w+");
	int n;

	CHECK_EQ(fprintf(fp, "%d apples", 12), 9);
	rewind(fp);
	CHECK_STR(buf, "12 apples");
	CHECK_EQ(fscanf(fp, "%d", &n), 1);
	CHECK_EQ(n, 12);
	fclose(fp);
	fp = open_memstream(&made, &size);
	for (int i = 0; i < 1000; i++)
		fprintf(fp, "%d,", i);
	fclose(fp);
	CHECK_EQ(size, 3890);
	CHECK_EQ(strlen(made), 3890);
	CHECK_STR(made + 3882, "998,999,");
	free(made);
	errno = 0;
	CHECK(fmemopen(NULL, 0, "r") == NULL);
	CHECK_EQ(errno, EINVAL);
}

static int
count_bytes(void *cookie, const char *buf, int len)
{
	(void)buf;
	*(int *)cookie += len;
	return len;
}

static void
other_streams(void)
{
	int total = 0, fd;
	char buf[16];
	FILE *fp = funopen(&total, NULL, count_bytes, NULL, NULL);

	fprintf(fp, "%100s", "");
	fclose(fp);
	CHECK_EQ(total, 100);
	fp = tmpfile();
	CHECK(fp != NULL);
	fputs("temporary", fp);
	rewind(fp);
	CHECK_EQ(fread(buf, 1, sizeof(buf), fp), 9);
	fclose(fp);
	fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHECK_EQ(dprintf(fd, "%s %d", "direct", 5), 8);
	close(fd);
	fp = freopen(PATH, "r", fopen(PATH, "a"));
	CHECK(fp != NULL);
	CHECK_STR(fgets(buf, sizeof(buf), fp), "direct 5");
	fclose(fp);
	CHECK_EQ(remove(PATH), 0);
	CHECK_ERRNO(remove(PATH), ENOENT);
}

/* Reads larger than the buffer go straight to the caller, and positions stay right. */
static void
large_transfers(void)
{
	static char block[100000], back[100000];
	FILE *fp = fopen(PATH, "w+");

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (char)(i * 31 % 251);
	CHECK_EQ(fwrite(block, 1, 10, fp), 10);
	CHECK_EQ(fwrite(block + 10, 1, sizeof(block) - 10, fp), sizeof(block) - 10);
	CHECK_EQ(ftell(fp), sizeof(block));
	rewind(fp);
	CHECK_EQ(getc(fp), block[0]);
	CHECK_EQ(fread(back + 1, 1, sizeof(back) - 1, fp), sizeof(back) - 1);
	back[0] = block[0];
	CHECK(memcmp(block, back, sizeof(block)) == 0);
	CHECK_EQ(fseek(fp, 50000, SEEK_SET), 0);
	CHECK_EQ((char)getc(fp), block[50000]);
	CHECK_EQ(fseek(fp, -1000, SEEK_CUR), 0);
	CHECK_EQ((char)getc(fp), block[49001]);
	fclose(fp);
}

int
main(void)
{
	write_and_read();
	append_and_update();
	pushback();
	buffering();
	lines();
	memory_streams();
	large_transfers();
	other_streams();
	return 0;
}
