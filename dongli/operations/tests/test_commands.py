"""The `dongli` command explains itself and hands on to each app's commands."""

import argparse

import pytest

from dongli.__main__ import build_parser
from dongli.operations import commands


def test_help_names_every_command_with_what_it_does() -> None:
    text = build_parser().format_help()
    for name in ("serve", "migrate", "backup", "restore", "rotate-keys", "doctor"):
        assert name in text
    assert "docs/operations.md" in text


@pytest.mark.parametrize("name", ["serve", "migrate", "backup", "restore", "rotate-keys", "doctor"])
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        build_parser().parse_args([name, "--help"])
    assert "usage: dongli " + name in capsys.readouterr().out


def test_without_a_command_it_fails_with_usage() -> None:
    with pytest.raises(SystemExit, match="2"):
        build_parser().parse_args([])


@pytest.mark.parametrize("text", ["0", "-2"])
def test_a_number_of_workers_must_be_positive(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        commands.positive(text)
