"""The stack of a stopped program: its frames, innermost first, each with the registers that it had."""

from __future__ import annotations

from collections.abc import Iterator

from emu.debugger.cfi import FP, SP, AtCfa, ByExpression, CallFrames, CfaPlus, InOther, Row, Same, Undefined
from emu.debugger.dwarf import DIE, Image, Unit, holder_of, value_of
from emu.debugger.errors import DebuggerError
from emu.debugger.lines import Lines, SourceFile, Span
from emu.debugger.location import MASK, OPTIMIZED_OUT, Constant, InMemory, InRegister, Location, evaluate, expression_at
from emu.debugger.scopes import Function, Scope, Scopes
from emu.debugger.target import MemoryFault, Target

PC = 32
# What a function must leave as it was: sp, gp, tp, s0 to s11, fs0 to fs11.
_PRESERVED = {SP, 3, 4, FP, 9, *range(18, 28), 32 + 8, 32 + 9, *range(32 + 18, 32 + 28)}
_TRAMPOLINE = "__sigtramp_siginfo_2"
# The frame of a signal handler: siginfo, and the ucontext with all registers (x1 to x31, pc; then f0 to f31, fcsr).
_GREGS, _FREGS = 128 + 56, 128 + 56 + 256
_LIMIT = 100_000


class Activation:
    """A function's frame on the stack; calls that were inlined into it share it."""

    def __init__(self, unwinder: Unwinder, target: Target, pc: int, callee: Activation | None) -> None:
        self.unwinder = unwinder
        self.target = target
        self.pc = pc
        self.callee = callee
        self.saved: dict[int, InMemory | Constant | InRegister | None] = {}
        # A return address is behind the call, maybe in the next line or function; other pcs are exact.
        self.exact = callee is None or callee.signal
        self.lookup_pc = pc if self.exact else pc - 1
        self._row: Row | None = None
        self._cfa: int | None = None
        self._caller: Activation | None = None
        self._unwound = False
        self.stopped = ""  # why there is no caller, if that is not as it should be

    @property
    def row(self) -> Row:
        if self._row is None:
            self._row = self.unwinder.row(self)
        return self._row

    @property
    def signal(self) -> bool:
        """Whether this is the trampoline: the frame that the kernel made to call a signal handler."""
        return self.row.signal

    @property
    def cfa(self) -> int:
        """The canonical frame address: sp as it was before the call. Raises DebuggerError, MemoryFault."""
        if self._cfa is None:
            row = self.row
            if row.cfa_expression is not None:
                found = evaluate(row.cfa_expression, self._unit(), _Plain(self))
                self._cfa = found.address if isinstance(found, InMemory) else 0
            else:
                base = self.register(row.cfa_register)
                if base is None:
                    raise DebuggerError("The frame's address is not known.")
                self._cfa = (base + row.cfa_offset) & MASK
        return self._cfa

    def _unit(self) -> Unit:
        unit = self.unwinder.image.unit_at(self.lookup_pc)
        if unit is None:
            raise DebuggerError('No symbol table is loaded.  Use the "file" command.')
        return unit

    def where(self, number: int) -> InMemory | InRegister | Constant | None:
        """Where this frame's value of a register is now. None if nowhere."""
        if self.callee is None:
            return InRegister(number)
        if number in self.saved:
            found = self.saved[number]
            if isinstance(found, InRegister):
                return self.callee.where(found.number)
            return found
        return self.callee.where(number) if number in _PRESERVED or number == 0 else None

    def register(self, number: int) -> int | None:
        """x0 to x31, f0 to f31 as 32 to 63. None if its value is lost. Raises MemoryFault."""
        place = self.where(number)
        if place is None:
            return None
        if isinstance(place, InRegister):
            n = place.number
            return self.target.register(n) if n < 32 else self.target.fregister(n - 32)
        if isinstance(place, Constant):
            return int.from_bytes(place.data, "little")
        return int.from_bytes(self.target.read(place.address, 8), "little")

    def caller(self) -> Activation | None:
        """The frame that called this one. None at the end of the stack."""
        if not self._unwound:
            self._unwound = True
            try:
                self._caller = self._unwind()
            except MemoryFault as fault:
                self.stopped = str(fault)
            except DebuggerError as error:
                self.stopped = str(error)
        return self._caller

    def _unwind(self) -> Activation | None:
        row = self.row
        column = row.return_column
        rule = row.rules.get(column, Same())
        if isinstance(rule, Undefined):
            return None
        cfa = self.cfa
        saved: dict[int, InMemory | Constant | InRegister | None] = {SP: _constant(cfa)}
        for number, how in row.rules.items():
            saved[number] = self._place(number, how, cfa)
        if row.signal:
            for n in range(32):
                saved.setdefault(32 + n, InMemory((cfa + _FREGS + 8 * n) & MASK))
        back = saved.get(column, InRegister(column))
        if back is None:
            return None
        pc = self._value(back)
        if pc is None or not pc:
            return None
        pc &= MASK - 1
        if not row.signal and self.callee is not None and not self.callee.signal:
            if cfa < self.callee.cfa or (cfa == self.callee.cfa and pc == self.pc):
                self.stopped = "previous frame inner to this frame (corrupt stack?)"
                return None
        found = Activation(self.unwinder, self.target, pc, self)
        found.saved = saved
        return found

    def _place(self, number: int, how: object, cfa: int) -> InMemory | Constant | InRegister | None:
        if isinstance(how, AtCfa):
            return InMemory((cfa + how.offset) & MASK)
        if isinstance(how, CfaPlus):
            return _constant(cfa + how.offset)
        if isinstance(how, InOther):
            return InRegister(how.number)
        if isinstance(how, ByExpression):
            found = evaluate(how.expression, self._unit(), _Plain(self), initial=cfa)
            if not isinstance(found, InMemory):
                return None
            return _constant(found.address) if how.value else found
        return InRegister(number) if isinstance(how, Same) else None

    def _value(self, place: InMemory | Constant | InRegister) -> int | None:
        if isinstance(place, InRegister):
            return self.register(place.number)
        if isinstance(place, Constant):
            return int.from_bytes(place.data, "little")
        return int.from_bytes(self.target.read(place.address, 8), "little")


def _constant(value: int) -> Constant:
    return Constant((value & MASK).to_bytes(8, "little"))


class Frame:
    """What a user calls a frame: an activation, or a call that was inlined into one."""

    def __init__(self, level: int, activation: Activation, scope: Scope | None, inner: Frame | None) -> None:
        self.level = level
        self.activation = activation
        self.scope = scope  # the function or inlined call
        self._inner = inner  # the inlined call below it in the same activation

    def __repr__(self) -> str:
        return f"<Frame {self.level} {self.name}>"

    # -- what expressions need

    @property
    def target(self) -> Target:
        return self.activation.target

    @property
    def pc(self) -> int:
        return self.activation.pc

    @property
    def lookup_pc(self) -> int:
        return self.activation.lookup_pc

    @property
    def cfa(self) -> int:
        return self.activation.cfa

    def register(self, number: int) -> int | None:
        return self.activation.register(number)

    def where(self, number: int) -> InMemory | InRegister | Constant | None:
        return self.activation.where(number)

    def set_register(self, number: int, value: int) -> None:
        """Change a register as this frame will see it when it runs again. Raises DebuggerError, MemoryFault."""
        place = self.where(number)
        if isinstance(place, InMemory):
            self.target.write(place.address, (value & MASK).to_bytes(8, "little"))
        elif isinstance(place, InRegister) and place.number:
            if place.number < 32:
                self.target.set_register(place.number, value & MASK)
            else:
                self.target.set_fregister(place.number - 32, value & MASK)
        elif number:
            raise DebuggerError("Left operand of assignment is not a modifiable lvalue.")

    def frame_base(self) -> Location:
        function = self.function
        if function is None or "DW_AT_frame_base" not in function.die.attributes:
            return OPTIMIZED_OUT
        expression = expression_at(function.unit, function.die, "DW_AT_frame_base", self)
        return OPTIMIZED_OUT if expression is None else evaluate(expression, function.unit, _Plain(self.activation))

    def entry_value(self, expression: bytes) -> int | None:
        """What a register held when the function was entered, if the caller can tell."""
        if len(expression) != 1 or not 0x50 <= expression[0] <= 0x6F:
            return None
        number = expression[0] - 0x50
        function = self.function
        if function is not None and self.pc == function.low and self.activation.exact:
            return self.register(number)
        caller = self.activation.caller()
        if caller is None:
            return None
        if number in _PRESERVED:
            return caller.register(number)
        return self.activation.unwinder.call_argument(caller, number)

    # -- what it is

    @property
    def function(self) -> Function | None:
        """The function whose code this is, even if the frame is of an inlined call."""
        scope = self.scope
        while scope is not None and not isinstance(scope, Function):
            scope = scope.parent
        return scope

    @property
    def unit(self) -> Unit | None:
        return self.activation.unwinder.image.unit_at(self.lookup_pc)

    @property
    def name(self) -> str | None:
        """The function's name; None if unknown."""
        if self.activation.signal:
            return "<signal handler called>"
        if self.scope is not None:
            return self.scope.name
        return self.activation.unwinder.scopes.name_at(self.lookup_pc)

    @property
    def signal(self) -> bool:
        return self.activation.signal

    @property
    def inlined(self) -> bool:
        """Whether the call that this frame is was inlined into its caller."""
        return self.scope is not None and self.scope.inlined

    @property
    def block(self) -> Scope | None:
        """The innermost block of this frame at its pc: where the search for variables begins."""
        scope = self._inner.scope.parent if self._inner is not None and self._inner.scope is not None else None
        if scope is not None:
            return scope
        return self.scope.innermost(self.lookup_pc) if self.scope is not None else None

    @property
    def span(self) -> Span | None:
        """The line of the frame's pc."""
        return self.activation.unwinder.lines.line_at(self.lookup_pc)

    @property
    def position(self) -> tuple[SourceFile, int] | None:
        """File and line where this frame is: of its pc, or of the call that was inlined."""
        if self._inner is not None and self._inner.scope is not None:
            call = self._inner.scope
            table = self.activation.unwinder.lines.table(call.unit)
            return table.file(value_of(call.die, "DW_AT_call_file", 1)), call.call_line
        span = self.span
        return None if span is None else (span.file, span.line)

    @property
    def shows_address(self) -> bool:
        """Whether a listing of frames gives the pc: it is not where a line begins."""
        if self._inner is not None:
            return False
        span = self.span
        if span is None:
            return True
        exact = self.activation.unwinder.lines.find(self.pc)
        return exact is None or exact.start != self.pc or not self.activation.exact

    @property
    def identity(self) -> tuple[int, int, int]:
        """The same for one call of one function as long as it lasts, whatever it calls: stack address, code, and
        how deep it is inlined."""
        depth, scope = 0, self.scope
        while scope is not None and not isinstance(scope, Function):
            depth += scope.is_function
            scope = scope.parent
        function = self.function
        bounds = None if function is not None else self.activation.unwinder.scopes.bounds_at(self.lookup_pc)
        code = function.low if function is not None else bounds[0] if bounds is not None else self.pc
        return self.cfa, code, depth


class _Plain:
    """An activation seen as a frame, for expressions that are about the frame itself."""

    def __init__(self, activation: Activation) -> None:
        self._activation = activation
        self.target = activation.target
        self.lookup_pc = activation.lookup_pc

    @property
    def cfa(self) -> int:
        return self._activation.cfa

    def register(self, number: int) -> int | None:
        return self._activation.register(number)

    def frame_base(self) -> Location:
        return OPTIMIZED_OUT

    def entry_value(self, expression: bytes) -> int | None:
        return None


class Unwinder:
    """Makes frames for one program."""

    def __init__(self, image: Image, lines: Lines, scopes: Scopes) -> None:
        self.image = image
        self.lines = lines
        self.scopes = scopes
        self.call_frames = CallFrames(image, scopes)

    def row(self, activation: Activation) -> Row:
        """The unwinding rules for an activation."""
        address = activation.lookup_pc
        row = self.call_frames.row(address)
        if row is not None:
            return row
        symbol = self.image.symbol_at(activation.pc)
        if symbol is not None and symbol.name == _TRAMPOLINE:
            rules = {n: AtCfa(_GREGS + 8 * (n - 1)) for n in range(1, 32)} | {64: AtCfa(_GREGS + 8 * 31)}
            return Row(SP, 0, None, dict(rules), 64, True)
        return self.call_frames.guess(address, activation.target.read)

    def frames(self, target: Target, pc: int | None = None) -> Iterator[Frame]:
        """The frames of a stopped program, innermost first, to the very first one: that of `__start`."""
        activation: Activation | None = Activation(self, target, target.register(PC) if pc is None else pc, None)
        level = 0
        while activation is not None and level < _LIMIT:
            inner = None
            chain: list[Scope | None] = [None]
            if not activation.signal:
                chain = [*self.scopes.inlined_at(activation.lookup_pc)] or [None]
            for scope in chain:
                frame = Frame(level, activation, scope, inner)
                inner = frame if scope is not None else None
                level += 1
                yield frame
            activation = activation.caller()

    def innermost(self, target: Target) -> Frame:
        return next(self.frames(target))

    def call_argument(self, caller: Activation, number: int) -> int | None:
        """What a caller's debugging information says that it passed in a register, in the call it is in now."""
        function = self.scopes.function_at(caller.lookup_pc)
        if function is None:
            return None
        site = _call_site(function.die, caller.pc)
        for parameter in site.iter_children() if site is not None else ():
            location = parameter.attributes.get("DW_AT_location")
            if location is None or bytes(location.value) != bytes([0x50 + number]):
                continue
            for attribute in ("DW_AT_GNU_call_site_value", "DW_AT_call_value"):
                if attribute in parameter.attributes:
                    frame = Frame(0, caller, function, None)
                    found = evaluate(bytes(value_of(parameter, attribute)), function.unit, frame)
                    if isinstance(found, InMemory):
                        return found.address
                    if isinstance(found, InRegister):
                        return caller.register(found.number)
                    if isinstance(found, Constant):
                        return int.from_bytes(found.data[:8], "little")
        return None


def _call_site(die: DIE, return_address: int) -> DIE | None:
    """The description of the call that returns to an address, somewhere below a function's DIE."""
    for child in die.iter_children():
        if child.tag in ("DW_TAG_GNU_call_site", "DW_TAG_call_site"):
            for attribute in ("DW_AT_low_pc", "DW_AT_call_return_pc"):
                if value_of(child, attribute) == return_address:
                    return child
        elif child.tag in ("DW_TAG_lexical_block", "DW_TAG_inlined_subroutine"):
            found = _call_site(child, return_address)
            if found is not None:
                return found
    return None


def declared_file(lines: Lines, unit: Unit, die: DIE) -> tuple[SourceFile, int]:
    """Where a DIE is declared in the source."""
    holder = holder_of(die, "DW_AT_decl_file") or die
    return lines.table(unit).file(value_of(holder, "DW_AT_decl_file", 0)), value_of(holder, "DW_AT_decl_line", 0)
