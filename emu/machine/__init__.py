"""The hardware: RAM, the Sv39 walk, a hart, a clock, devices. Knows nothing of processes or files."""
