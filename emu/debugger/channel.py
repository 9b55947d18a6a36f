"""Messages between the debugger and the processes that hold its machines."""

from __future__ import annotations

import os
import pickle
import socket
from typing import Any

_HEADER = 8


class Closed(Exception):
    """The other end is gone."""


class Channel:
    """Python objects over a socket, and file descriptors with them."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    @classmethod
    def pair(cls) -> tuple[Channel, Channel]:
        a, b = socket.socketpair()
        return cls(a), cls(b)

    @classmethod
    def of_descriptor(cls, fd: int) -> Channel:
        return cls(socket.socket(fileno=fd))

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def send(self, message: Any, fds: list[int] | None = None) -> None:
        """Raises Closed."""
        data = pickle.dumps(message)
        try:
            socket.send_fds(self._socket, [len(data).to_bytes(_HEADER, "little")], fds or [])
            self._socket.sendall(data)
        except OSError as error:
            raise Closed from error

    def receive(self) -> tuple[Any, list[int]]:
        """The next message, and the descriptors that came with it. Raises Closed."""
        try:
            head, fds, _, _ = socket.recv_fds(self._socket, _HEADER, 4)
            while 0 < len(head) < _HEADER:
                more = self._socket.recv(_HEADER - len(head))
                if not more:
                    raise Closed
                head += more
            if not head:
                raise Closed
            left = int.from_bytes(head, "little")
            parts = []
            while left:
                part = self._socket.recv(min(left, 1 << 20))
                if not part:
                    raise Closed
                parts.append(part)
                left -= len(part)
        except OSError as error:
            raise Closed from error
        return pickle.loads(b"".join(parts)), fds

    def ready(self) -> bool:
        """Whether a message, or the end, has come."""
        import select

        return bool(select.select([self._socket], [], [], 0)[0])


def leave(status: int = 0) -> None:
    """End this process at once: nothing that its parent also has is flushed or cleaned up twice."""
    os._exit(status)
