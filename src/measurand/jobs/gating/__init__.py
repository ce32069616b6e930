"""The parts of the verb ``gate``."""
