"""Virtual memory: frames, page tables, maps, objects, faults, U-areas."""
