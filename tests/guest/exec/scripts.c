/* Scripts: which interpreter, with which arguments (spec A.6). This program is the interpreter, too. */
#include "exec.h"

#define SELF "/bin/scripts"

/* As the interpreter: are these the arguments that EXPECT says? */
static int
interpret(int argc, char **argv)
{
	const char *expected = getenv("EXPECT");
	char all[4096] = "";

	for (int i = 0; i < argc; i++) {
		strcat(all, argv[i]);
		strcat(all, "|");
	}
	CHECK_STR(all, expected);
	return 33;
}

/* Run a script with the arguments "zero", "one" and "two words". */
static void
expect(const char *first_line, const char *expected)
{
	char *argv[] = { "zero", "one", "two words", NULL }, variable[4096], *envp[] = { variable, NULL };

	snprintf(variable, sizeof(variable), "EXPECT=%s", expected);
	make_file("/tmp/script", first_line, strlen(first_line), 0755);
	CHECK_EQ(exec_in_child("/tmp/script", argv, envp), 33);
}

static void
expect_error(const char *contents, int error)
{
	char *argv[] = { "zero", NULL };

	make_file("/tmp/script", contents, strlen(contents), 0755);
	CHECK_EQ(exec_in_child("/tmp/script", argv, no_environment), 200 + (error < 50 ? error : 50));
}

int
main(int argc, char **argv)
{
	char line[2048], *none[] = { NULL }, *args[] = { "zero", "one", NULL };
	char *envp[] = { "EXPECT=/bin/scripts|-x|script|one|", NULL };

	if (getenv("EXPECT") != NULL)
		return interpret(argc, argv);
	expect("#!/bin/scripts\n", "/bin/scripts|/tmp/script|one|two words|");
	expect("#!/bin/scripts\nmore\nlines\n", "/bin/scripts|/tmp/script|one|two words|");
	expect("#!/bin/scripts -x\n", "/bin/scripts|-x|/tmp/script|one|two words|");
	/* Everything behind the interpreter's name is one argument. */
	expect("#!/bin/scripts -x -y\n", "/bin/scripts|-x -y|/tmp/script|one|two words|");
	expect("#! \t /bin/scripts \t -x\n", "/bin/scripts|-x|/tmp/script|one|two words|");
	expect("#!/bin/scripts   \n", "/bin/scripts|/tmp/script|one|two words|");
	expect("#!/bin/../bin/./scripts\n", "/bin/../bin/./scripts|/tmp/script|one|two words|");
	/* A name without a slash, or relative, is one in the working directory, and so is the script's. */
	CHECK_EQ(chdir("/bin"), 0);
	expect("#!scripts\n", "scripts|/tmp/script|one|two words|");
	expect("#!./scripts x\n", "./scripts|x|/tmp/script|one|two words|");
	CHECK_EQ(chdir("/tmp"), 0);
	make_file("script", "#!/bin/scripts -x\n", 18, 0755);
	CHECK_EQ(exec_in_child("script", args, envp), 33);
	/* Without an argv[0] to replace. */
	envp[0] = "EXPECT=/bin/scripts|-x|/tmp/script|";
	CHECK_EQ(exec_in_child("/tmp/script", none, envp), 33);

	/* No newline within reach, no name, no such interpreter, not executable, a directory. */
	expect_error("#!/bin/scripts", ENOEXEC);
	expect_error("#!\n", ENOEXEC);
	expect_error("#!  \t\n", ENOEXEC);
	memset(line, 'x', sizeof(line));
	memcpy(line, "#!/", 3);
	line[sizeof(line) - 2] = '\n';
	line[sizeof(line) - 1] = '\0';
	expect_error(line, ENOEXEC);
	expect_error("#!/bin/no-such-interpreter\n", ENOENT);
	expect_error("#!/tmp\n", EACCES);
	make_file("/tmp/plain", "text\n", 5, 0644);
	expect_error("#!/tmp/plain\n", EACCES);
	expect_error("#!/tmp/plain/x\n", ENOTDIR);
	/* A carriage return belongs to the name. */
	expect_error("#!/bin/scripts\r\n", ENOENT);
	/* An interpreter that is itself a script. */
	make_file("/tmp/inner", "#!/bin/scripts\n", 15, 0755);
	expect_error("#!/tmp/inner\n", ENOEXEC);
	/* A script must be executable. */
	make_file("/tmp/script", "#!/bin/scripts\n", 15, 0644);
	CHECK_EQ(exec_in_child("/tmp/script", args, no_environment), 200 + EACCES);
	return 0;
}
