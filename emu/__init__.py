"""The emulator program: the machine, the debugger and the command line."""
