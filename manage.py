#!/usr/bin/env python
"""Django's own management commands; the product's commands are `python -m dongli --help`."""

import os
import sys
from contextlib import ExitStack


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dongli.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from dongli.operations import embedded

    with ExitStack() as stack:
        if not settings.DATABASE_URL:
            stack.enter_context(embedded.session(settings.VAR))
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
