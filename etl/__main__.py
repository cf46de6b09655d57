"""The entry: `python -m etl COMMAND …`, which manage.py runs."""

import sys

from etl.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
