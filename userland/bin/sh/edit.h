/*
 * The line editor's own: edit.c has the keys, edit_screen.c the terminal.
 */
#ifndef EDIT_H
#define EDIT_H

#include "sh.h"

struct editor {
	int fd;
	const char *prompt;
	struct buf line;
	size_t cursor;			/* a byte's index into the line */
	size_t history;			/* how far back we are; 0: the line being typed */
	char *typed;			/* that line, meanwhile */
	size_t row;			/* of the cursor on the screen, from the prompt's */
	bool cancelled;			/* by ^C */
	bool tabbed;			/* the last key was a tab that found several words */
};

bool screen_raw(int fd);
void screen_restore(void);
int screen_getc(struct editor *);	/* -1: no more */
void screen_put(const char *);
void screen_refresh(struct editor *);
bool screen_append(struct editor *);
void screen_finish(struct editor *);	/* go below the line */
void screen_list(struct editor *, char **, size_t);

#endif
