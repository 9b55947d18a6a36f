/*
 * Lines, from one file after the other.
 */
#include "sed.h"

#include <sys/stat.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **next_file;
static const char *name;	/* of the file being read */
static FILE *file;
static char *new_name;		/* with -i: what is written now, to take the file's name later */
static unsigned long line;
static int status;

void
input_open(char **files)
{
	next_file = files;
}

unsigned long
input_line(void)
{
	return line;
}

int
input_status(void)
{
	return status;
}

static void
begin_in_place(void)
{
	size_t size = strlen(name) + sizeof(".XXXXXX");
	struct stat st;
	int fd;

	new_name = need(malloc(size));
	snprintf(new_name, size, "%s.XXXXXX", name);
	fd = mkstemp(new_name);
	if (fd == -1 || (standard_output.file = fdopen(fd, "w")) == NULL)
		err(4, "%s", new_name);
	if (fstat(fileno(file), &st) == 0)
		fchmod(fd, st.st_mode & 07777);
	standard_output.lacks_newline = false;
}

static void
end_in_place(void)
{
	if (fclose(standard_output.file) == EOF || rename(new_name, name) == -1)
		err(4, "%s", new_name);
	standard_output.file = stdout;
	standard_output.lacks_newline = false;
	free(new_name);
	new_name = NULL;
}

static void
close_file(void)
{
	if (ferror(file)) {
		warn("%s", name);
		status = 2;
	}
	if (file != stdin)
		fclose(file);
	file = NULL;
	if (new_name != NULL)
		end_in_place();
}

void
input_close(void)
{
	if (file != NULL)
		close_file();
}

static bool
open_file(void)
{
	name = *next_file++;
	if (strcmp(name, "-") == 0 && !in_place)
		file = stdin;
	else
		file = fopen(name, "r");
	if (file == NULL) {
		warn("%s", name);
		status = 2;
		return false;
	}
	if (separate)
		line = 0;
	if (in_place)
		begin_in_place();
	return true;
}

static bool
at_end(void)
{
	int c = getc(file);

	if (c == EOF)
		return true;
	ungetc(c, file);
	return false;
}

/* Whether the line just read is the last.  Files that are empty or cannot be read are passed over. */
bool
input_last(void)
{
	if (file != NULL && !at_end())
		return false;
	if (separate)
		return true;
	while (*next_file != NULL) {
		if (file != NULL)
			close_file();
		if (open_file() && !at_end())
			return false;
	}
	return true;
}

/* Output of what is left of a file's last cycle must be written before this is called. */
bool
input_next(struct text *t, bool *lacks_newline)
{
	static char *buffer;
	static size_t size;
	ssize_t n;

	for (;;) {
		while (file == NULL) {
			if (*next_file == NULL)
				return false;
			open_file();
		}
		n = getline(&buffer, &size, file);
		if (n > 0)
			break;
		close_file();
	}
	line++;
	*lacks_newline = buffer[n - 1] != '\n';
	text_set(t, buffer, (size_t)n - !*lacks_newline);
	return true;
}
