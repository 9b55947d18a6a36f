"""Error numbers of NetBSD 11 (spec B.6) and the exception that carries one out of a system call."""

EPERM = 1
ENOENT = 2
ESRCH = 3
EINTR = 4
EIO = 5
ENXIO = 6
E2BIG = 7
ENOEXEC = 8
EBADF = 9
ECHILD = 10
EDEADLK = 11
ENOMEM = 12
EACCES = 13
EFAULT = 14
ENOTBLK = 15
EBUSY = 16
EEXIST = 17
EXDEV = 18
ENODEV = 19
ENOTDIR = 20
EISDIR = 21
EINVAL = 22
ENFILE = 23
EMFILE = 24
ENOTTY = 25
ETXTBSY = 26
EFBIG = 27
ENOSPC = 28
ESPIPE = 29
EROFS = 30
EMLINK = 31
EPIPE = 32
EDOM = 33
ERANGE = 34
EAGAIN = 35
EWOULDBLOCK = EAGAIN
EINPROGRESS = 36
EALREADY = 37
ENOTSOCK = 38
EDESTADDRREQ = 39
EMSGSIZE = 40
EPROTOTYPE = 41
ENOPROTOOPT = 42
EPROTONOSUPPORT = 43
ESOCKTNOSUPPORT = 44
EOPNOTSUPP = 45
EPFNOSUPPORT = 46
EAFNOSUPPORT = 47
EADDRINUSE = 48
EADDRNOTAVAIL = 49
ENETDOWN = 50
ENETUNREACH = 51
ENETRESET = 52
ECONNABORTED = 53
ECONNRESET = 54
ENOBUFS = 55
EISCONN = 56
ENOTCONN = 57
ESHUTDOWN = 58
ETOOMANYREFS = 59
ETIMEDOUT = 60
ECONNREFUSED = 61
ELOOP = 62
ENAMETOOLONG = 63
EHOSTDOWN = 64
EHOSTUNREACH = 65
ENOTEMPTY = 66
EPROCLIM = 67
EUSERS = 68
EDQUOT = 69
ESTALE = 70
EREMOTE = 71
ENOLCK = 77
ENOSYS = 78
EFTYPE = 79
EAUTH = 80
ENEEDAUTH = 81
EIDRM = 82
ENOMSG = 83
EOVERFLOW = 84
EILSEQ = 85
ENOTSUP = 86
ECANCELED = 87
EBADMSG = 88
ENODATA = 89
ENOATTR = 93
EPROTO = 96
EOWNERDEAD = 97
ENOTRECOVERABLE = 98

# Seen by the kernel only: the system call path turns them into something else.
EJUSTRETURN = -2
ERESTART = -3

NAMES = {
    number: name
    for name, number in list(globals().items())
    if name.startswith("E") and isinstance(number, int) and name != "EWOULDBLOCK"
}


class Errno(Exception):
    """A system call's failure. `errno` becomes the ABI's error return in one place, `kernel.syscall`."""

    def __init__(self, errno: int) -> None:
        self.errno = errno

    def __str__(self) -> str:
        return NAMES.get(self.errno, str(self.errno))


def errno_message(errno: int) -> str:
    """An error number in words, as the host's C library has them."""
    import errno as host_errno
    import os

    number = getattr(host_errno, NAMES.get(errno, ""), None)
    return os.strerror(number) if number is not None else f"error {errno}"
