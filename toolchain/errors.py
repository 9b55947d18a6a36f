"""The one exception of this package."""

NO_COMPILER = "no compiler found: pip install 'uarea[toolchain]'"


class ToolchainError(Exception):
    """Something that the user is told in one line.

    `status` is the exit status of a command that ends with it: 2 for a request that cannot be carried
    out as it stands, 1 when the compiler or the linker rejected the program. `output` is what the tool
    printed, where that was captured.
    """

    def __init__(self, message: str, *, status: int = 2, output: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.output = output

    def __str__(self) -> str:
        message = str(self.args[0])
        return f"{message}\n{self.output.rstrip()}" if self.output else message
