"""The door of the command line: `terrachat`, or `python -m generator`.

Separate from cli.py because that takes some tenths of a second to import. Ctrl-C in them must end as it does later,
with an exit code and no traceback, so that nothing but this is imported before somebody listens for it.
"""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from generator.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
