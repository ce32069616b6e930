# The recipes that people and continuous integration run. `just` comes from PyPI as rust-just.

set shell := ["sh", "-eu", "-c"]

python := justfile_directory() / ".venv" / "bin" / "python"
bin := justfile_directory() / ".venv" / "bin"

# What there is
default:
    @just --list

# Everything the project needs, into .venv
install:
    test -x {{python}} || python3 -m venv .venv
    {{python}} -m pip install --quiet --upgrade pip
    {{python}} -m pip install --quiet --constraint constraints.txt --editable '.[all]' --group dev --group oracles --group browser

# A browser for the pages' tests, where the system's package manager can give one
browser:
    command -v chromium >/dev/null || { command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || echo "no chromium: tests of pages will be skipped"

# Formatting, lint, types, the law of imports
lint:
    {{bin}}/ruff format --check src tests bench
    {{bin}}/ruff check src tests bench
    {{bin}}/mypy
    {{bin}}/lint-imports

# The quick suite
quick *args:
    {{bin}}/pytest -n auto {{args}}

# What continuous integration runs, on a fresh machine too
test: install browser lint quick

# The long simulations: coverage of every interval, false-alarm rate of every test
test-long:
    {{bin}}/pytest -n auto -m long

# The known-truth tests of judges in full, and the page that tells planted against recovered
truth:
    {{python}} -m tests.truth.judges --seeds 400 --jobs 2 --write docs/judge-truth.md

# Speed and memory, as ratios to public libraries
bench *args:
    {{python}} -m bench {{args}}

# Format and mend what can be mended
fix:
    {{bin}}/ruff check --fix src tests bench
    {{bin}}/ruff format src tests bench

# The JSON Schemas that the tool publishes
schemas:
    for kind in plan dataset outputs results; do {{bin}}/measurand schema $kind > docs/schema/$kind.schema.json; done

# The main job, as a newcomer runs it
demo:
    {{bin}}/measurand demo
