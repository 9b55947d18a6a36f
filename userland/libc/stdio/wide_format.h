/* The wide printf and scanf families work on the multibyte forms of format and text. */
#ifndef LIBC_STDIO_WIDE_FORMAT_H
#define LIBC_STDIO_WIDE_FORMAT_H

#include <stdarg.h>
#include <wchar.h>

/* A newly allocated multibyte copy, or NULL. */
char *__wide_to_multibyte(const wchar_t *);

/* vfprintf counting in characters where `wide` is set: widths, precisions, the result. */
int __stdio_vfprintf(FILE *, const char *, va_list, bool wide);

/* vfscanf, whose widths and %n count characters where `wide` is set. */
int __stdio_vfscanf(FILE *, const char *, va_list, bool wide);

#endif
