"""`dongli create-administrator`: the first account of a new installation; and the commands of tables."""

import argparse

from dongli.areas.queries import area_by_code, city
from dongli.people.actions import create_administrator
from dongli.people.importing import commands as tables


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "create-administrator",
        help="make an administrator's account and print its first password",
        description="The account must change the password and set up a second factor at its first log-in.",
    )
    parser.add_argument("username", help="3 to 40 small letters, digits, dots or hyphens")
    parser.add_argument("--name", required=True, help="the person's name")
    parser.add_argument("--area", help="code of the area to administer (the whole city if left out)")
    parser.set_defaults(run=run)
    tables.register(subparsers)


def run(args: argparse.Namespace) -> int:
    """Make the account; its password is printed once and kept nowhere."""
    from dongli.common.errors import Refusal

    try:
        area = area_by_code(args.area) if args.area else city()
        user, password = create_administrator(area=area, username=args.username, name=args.name)
    except Refusal as refusal:
        print(refusal)
        return 1
    print(f"{user.username}\n{password}")
    return 0
