"""Memory objects: pages shared by intent (NetBSD: uvm_object.h, uvm_aobj.c).

An object is a sparse array of frames by page index. File contents, MAP_SHARED memory and SysV segments live
in objects. A page may come from a pager on first use: the bytes of a file that was put into the image, for
instance, are copied into RAM only when somebody looks at them.
"""

from __future__ import annotations

from collections.abc import Callable

from kernel.uvm.page import OBJECT, PAGE_SHIFT, PAGE_SIZE, ZERO_PAGE, Frames

Pager = Callable[[int], bytes | memoryview | None]  # page index -> up to 4096 bytes, or None for zeroes


class UvmObject:
    """`pages` maps page index -> frame number; the object holds one reference on each frame."""

    __slots__ = ("anonymous", "backing", "backing_index", "frames", "pager", "pages", "refs", "size")

    def __init__(self, frames: Frames, pager: Pager | None = None) -> None:
        self.frames = frames
        self.pages: dict[int, int] = {}
        self.pager = pager
        self.refs = 1
        self.anonymous = False  # it stands for what NetBSD keeps in an amap: memory that only relatives share
        self.backing: UvmObject | None = None  # where absent pages come from instead; one reference is ours
        self.backing_index = 0  # the page of `backing` that is our page 0
        self.size: int | None = None  # bytes, for a file: pages wholly beyond it cannot be touched (SIGBUS)

    def hold(self) -> None:
        self.refs += 1

    def release(self) -> None:
        """One reference less; the last one drops all pages, and the reference on the object behind."""
        self.refs -= 1
        obj = self
        while obj.refs == 0:
            obj.truncate(0)
            if obj.backing is None:
                break
            obj = obj.backing
            if obj.backing is None:
                obj.release()  # the last one is perhaps a file's, which has more to do
                break
            obj.refs -= 1

    @property
    def paged(self) -> bool:
        """A page that is absent may hold something else than zeroes."""
        return self.pager is not None or self.backing is not None

    def _absent(self, index: int) -> bytes | memoryview | None:
        """What a page holds that does not exist: up to 4096 bytes, or None for zeroes.

        Objects stand behind objects in chains of any length: see kernel.uvm.inherit.
        """
        obj = self
        while obj.backing is not None:
            index += obj.backing_index
            obj = obj.backing
            pfn = obj.pages.get(index)
            if pfn is not None:
                start = pfn << PAGE_SHIFT
                return self.frames.page[start : start + PAGE_SIZE]
        return obj.pager(index) if obj.pager is not None else None

    def flush(self) -> None:
        """Write what was stored through mappings back to where the pages came from. Most come from nowhere."""

    def page(self, index: int) -> int:
        """The frame of a page, created if absent. Raises Errno(ENOMEM), or what the pager raises."""
        pfn = self.pages.get(index)
        if pfn is None:
            data = self._absent(index)
            pfn = self.pages[index] = self.frames.alloc(OBJECT)
            if data:
                start = pfn << PAGE_SHIFT
                self.frames.page[start : start + len(data)] = data
        return pfn

    def read(self, offset: int, length: int) -> bytes:
        """Bytes at an offset. A page that does not exist reads as its pager has it, and is not created."""
        out = []
        while length > 0:
            index, start = offset >> PAGE_SHIFT, offset & (PAGE_SIZE - 1)
            n = min(length, PAGE_SIZE - start)
            pfn = self.pages.get(index)
            if pfn is not None:
                base = (pfn << PAGE_SHIFT) + start
                out.append(bytes(self.frames.page[base : base + n]))
            else:
                data = self._absent(index)
                chunk = bytes(data[start : start + n]) if data else b""
                out.append(chunk + ZERO_PAGE[: n - len(chunk)])
            offset += n
            length -= n
        return b"".join(out)

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Store bytes at an offset, creating pages. Raises Errno(ENOMEM), having written what fitted."""
        done = 0
        while done < len(data):
            index, start = offset >> PAGE_SHIFT, offset & (PAGE_SIZE - 1)
            n = min(len(data) - done, PAGE_SIZE - start)
            pfn = self.page(index)
            self.frames.will_write(pfn)
            base = (pfn << PAGE_SHIFT) + start
            self.frames.page[base : base + n] = data[done : done + n]
            offset += n
            done += n

    def truncate(self, size: int) -> None:
        """Drop all pages beyond `size` bytes, and zero the rest of the last one.

        A page that a process still maps stays with the process until it lets go of it: see kernel.uvm.truncate.
        """
        keep = (size + PAGE_SIZE - 1) >> PAGE_SHIFT
        for index in [i for i in self.pages if i >= keep]:
            self.frames.release(self.pages.pop(index))
        tail = size & (PAGE_SIZE - 1)
        if tail and (pfn := self.pages.get(keep - 1)) is not None:
            self.frames.will_write(pfn)
            base = pfn << PAGE_SHIFT
            self.frames.page[base + tail : base + PAGE_SIZE] = ZERO_PAGE[tail:]
