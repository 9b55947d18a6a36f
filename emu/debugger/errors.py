"""What the debugger tells its user when a request cannot be carried out."""


class DebuggerError(Exception):
    """One line, in the words that gdb uses for it."""
