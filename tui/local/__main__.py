"""`python -m tui.local serve`: the embedded SageMaker without the console around it."""

from __future__ import annotations

import sys

from tui.local.serve import main

if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(arguments[1:] if arguments[:1] == ["serve"] else arguments))
