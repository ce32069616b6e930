"""The rating desk: one ASGI app, bound to this machine, that denies by default."""
