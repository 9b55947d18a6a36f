"""What turns C into programs for the machine: compiler drivers, the C library's build, ELF helpers.

Nothing here imports the kernel or the emulator; they are users of what this package makes.
"""
