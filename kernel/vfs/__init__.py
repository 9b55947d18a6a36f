"""Files: vnodes, names, tmpfs, devices."""
