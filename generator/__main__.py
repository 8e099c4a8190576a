"""The door of the command line: `terrachat`, or `python -m generator`.

Separate from cli.py because that takes some tenths of a second to import. Ctrl-C in them must end as it does later,
with an exit code and no traceback, so that nothing but this is imported before somebody listens for it.
"""

import gc
import sys

# A catalog of a thousand models is some hundred thousand objects, all of them alive to the end: the collector's default
# of every 700 new ones took 0.13 of 0.9 s. What runs for long still collects.
_COLLECT_AFTER = 100_000


def main() -> None:
    """Run the command line."""
    gc.set_threshold(_COLLECT_AFTER)
    try:
        from generator.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
