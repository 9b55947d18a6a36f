"""The operating system. It sees the machine through emu.machine and never touches Unicorn."""
