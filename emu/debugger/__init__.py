"""The debugger: programs, the kernel, and the time line that both are on."""
