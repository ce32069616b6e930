"""Speed and memory, as ratios to public libraries or plain parsing in the same run.

Run it with ``python -m bench``; ``bench/README.md`` holds the table.
"""

from __future__ import annotations

import os

# One thread on either side, set before numpy loads: processor time then counts work, not waiting.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
