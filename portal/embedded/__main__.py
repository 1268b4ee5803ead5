"""Runs the portal on one machine: `python -m portal.embedded demo`."""

import argparse
import sys

from portal.embedded import demo


def main() -> int:
    """Run the command that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m portal.embedded", description=__doc__)
    parser.add_argument("command", choices=["demo"], help="demo: everything on this machine, with sample services")
    parser.parse_args()
    return demo.run()


if __name__ == "__main__":
    sys.exit(main())
