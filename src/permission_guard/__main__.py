"""The program: `permission-guard`, or `python -m permission_guard` from a checkout."""

import sys

from permission_guard import PROGRAM, __version__


def main() -> None:
    """Run the command line. --version is answered before anything is loaded, so that it takes no time."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"{PROGRAM}, version {__version__}\n")
        return
    from permission_guard.cli import main as command_line  # noqa: PLC0415  # click alone takes longer than Python

    command_line()


if __name__ == "__main__":
    main()
