"""Runs the command line from a checkout: `python -m permission_guard.cli`."""

from permission_guard.cli import main

main()
