"""Lambda Permission Guard: every function can write its logs and opens to no stranger."""

# Written so that hatchling finds it (pyproject.toml), which knows no other annotation than `str`.
__version__ = "0.1.0"

PROGRAM = "permission-guard"
"""The command line's name, by which alerts say what a person can do."""
