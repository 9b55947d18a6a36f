"""Importing this enters every system call there is in the table."""

# ruff: noqa: F401
from kernel import (
    acct,
    event,
    exec,
    exit,
    fork,
    futex,
    ktrace,
    limits,
    lwpctl,
    misc,
    mqueue,
    prof,
    prot,
    ras,
    resource,
    spawn,
    sys_descrip,
    sys_generic,
    sys_lwp,
    sys_ptrace,
    sys_select,
    sys_sig,
    sys_tty,
    sysctl,
    sysvshm,
    time,
    timers,
)
from kernel.uvm import mmap
from kernel.vfs import sys_attr, sys_cwd, sys_data, sys_name, sys_open, sys_stat, sys_statvfs
