"""The parts of the act ``mismatch``: reading either side, and writing what repairs it."""
