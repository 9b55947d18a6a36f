"""`uarea gdb`: gdb's remote protocol, served from the machine.

`packets` frames and checks what goes over the line, `stub` answers it, `describe` has the documents that gdb asks
for; `session` says what the stub needs of a debugger, and `engine` has it from this one.
"""
