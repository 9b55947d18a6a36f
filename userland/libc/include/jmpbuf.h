/* The first word of a jmp_buf: whether a signal mask was saved in it. For C and assembly. */
#ifndef JMPBUF_H
#define JMPBUF_H

#define JB_MAGIC_PLAIN	0x75617231
#define JB_MAGIC_MASK	0x75617232

#endif
