"""Files of other evaluation tools: read as examples, outputs and ratings, and written for them.

One module a tool reads (`inspect_log`, `promptfoo`, `deepeval`, `lm_eval`, `openai_evals`), one
module a format writes (``to_...``); `tools` has the table of the first and `formats` that of the
second. Whatever a file says is data: nothing of it is unpacked to disk, imported or run.
"""
