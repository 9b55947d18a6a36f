"""qXfer: documents that gdb reads in pieces."""

from __future__ import annotations

from collections.abc import Callable

from emu.debugger.gdbstub import describe
from emu.debugger.gdbstub.session import Session, SessionError, Thread
from kernel.text import encode


class Transfers:
    """What can be read by qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH."""

    def __init__(self, session: Session, thread_id: Callable[[Thread], str]) -> None:
        self._session = session
        self._thread_id = thread_id
        self._documents: dict[tuple[str, str], bytes] = {}  # as they were when their beginning was read

    def read(self, request: str, current: Thread | None) -> bytes | None:
        """The answer, None for an object that there is not. Raises SessionError, ValueError."""
        name, operation, annex, place = request.split(":", 3)
        if operation != "read":
            return None
        offset, length = (int(part, 16) for part in place.split(","))
        if offset == 0 or (name, annex) not in self._documents:
            document = self._document(name, annex, current)
            if document is None:
                return None
            self._documents[name, annex] = document
        data = self._documents[name, annex]
        piece = data[offset : offset + length]
        return (b"m" if offset + len(piece) < len(data) else b"l") + piece

    def _document(self, name: str, annex: str, current: Thread | None) -> bytes | None:
        if name == "features":
            if annex != "target.xml":
                raise SessionError(f"there is no description {annex}")
            return describe.target_xml().encode()
        if name == "threads":
            return describe.threads_xml(self._rows()).encode()
        if name == "memory-map":
            return describe.memory_map_xml().encode()
        if name == "libraries":
            return describe.libraries_xml().encode()
        pid = int(annex, 16) if name == "exec-file" and annex else current.pid if current is not None else 0
        if name == "exec-file":
            return encode(self._session.executable(pid))
        return self._session.auxv(pid) if name == "auxv" else None

    def _rows(self) -> list[tuple[str, str, str]]:
        about = self._session.describe
        return [(self._thread_id(t), f"LWP {t.lid}", describe.printable(about(t))) for t in self._session.threads()]
