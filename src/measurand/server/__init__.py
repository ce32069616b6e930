"""The rating desk: one ASGI app, bound to this machine, that denies by default.

Raises:
    MissingExtra: Starlette or Uvicorn is not installed.
"""

from importlib.util import find_spec

from measurand.errors import MissingExtra

if find_spec("starlette") is None or find_spec("uvicorn") is None:
    raise MissingExtra("the rating desk", "desk")
