"""The `dongli` command: `python -m dongli --help`.

Every app may have a `commands.py` with `register(subparsers)`: it adds its subcommands and says by
`set_defaults(run=function)` what each does; `run(args)` returns the exit code. A command that needs no database says
`set_defaults(database=False)`.
"""

import argparse
import os
import sys
from contextlib import ExitStack
from importlib import import_module
from importlib.util import find_spec

DESCRIPTION = """\
Dongli: neighbourhood service driven by Party building.

A first look:      make demo
In production:     set the variables of docs/operations.md, then
                   python -m dongli migrate && python -m dongli doctor && python -m dongli serve
Without DATABASE_URL every command uses a PostgreSQL of its own under var/, started and stopped as needed."""


def build_parser() -> argparse.ArgumentParser:
    """The parser with the commands of all installed apps; Django must be set up."""
    from django.apps import apps

    parser = argparse.ArgumentParser(
        prog="dongli", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.set_defaults(database=True)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    configs = [config for config in apps.get_app_configs() if config.name.startswith("dongli.")]
    for config in sorted(configs, key=lambda config: config.name != "dongli.operations"):
        if find_spec(f"{config.name}.commands"):
            import_module(f"{config.name}.commands").register(subparsers)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 it found faults or failed, 2 it was called wrongly."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dongli.settings")
    import django
    from django.conf import settings

    from dongli.operations import embedded

    django.setup()
    args = build_parser().parse_args(arguments)
    with ExitStack() as stack:
        if args.database and not settings.DATABASE_URL:
            stack.enter_context(embedded.session(settings.VAR))
        return int(args.run(args) or 0)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
