/*
 * The built-in commands' functions.
 */
#ifndef BUILTINS_H
#define BUILTINS_H

#include "sh.h"

/* b_control.c */
builtin_fn b_break, b_colon, b_dot, b_eval, b_exec, b_exit, b_false, b_return, b_shift;
/* b_var.c */
builtin_fn b_export, b_getopts, b_local, b_unset;
/* b_command.c */
builtin_fn b_alias, b_command, b_hash, b_type, b_unalias;
/* b_cd.c, b_limits.c */
builtin_fn b_cd, b_pwd, b_times, b_ulimit, b_umask;
/* b_jobs.c */
builtin_fn b_bg, b_fg, b_jobs, b_kill, b_wait;
/* b_read.c, b_test.c, b_printf.c */
builtin_fn b_echo, b_printf, b_read, b_test;
/* history.c, options.c, trap.c */
builtin_fn b_fc, b_set, b_trap;

bool next_option(char ***, const char *allowed, char *option);

#endif
