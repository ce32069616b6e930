"""``python -m measurand``."""

import sys

from measurand.cli import main

if __name__ == "__main__":
    sys.exit(main())
