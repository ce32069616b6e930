"""The acts of ``measurand data``: one module each, imported only when that act is asked for."""
