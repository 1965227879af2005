"""Relations between tables obey the import rule too: import-linter does not see a foreign key given as a string."""

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Field, Model

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = "An app imports only to its left; operations stand above all"


def layers() -> dict[str, int]:
    """Height of every app in the import rule, as pyproject.toml has it; siblings are equally high."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = config["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract["name"] == CONTRACT)
    names = [[name.strip(" ()") for name in row.split("|")] for row in rows]
    return {name: len(names) - height for height, row in enumerate(names) for name in row}


def own_models() -> list[type[Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("dongli.")]


def app_of(model: type[Model]) -> str:
    return str(apps.get_app_config(model._meta.app_label).name)


def test_every_installed_app_has_its_place_in_the_import_rule() -> None:
    ours = {config.name for config in apps.get_app_configs() if config.name.startswith("dongli.")}
    assert ours <= set(layers())


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_relations_point_left(model: type[Model]) -> None:
    height = layers()
    here = app_of(model)
    for field in model._meta.get_fields():
        if not isinstance(field, Field) or not isinstance(field.related_model, type):
            continue
        there = app_of(field.related_model)
        if there == here or not there.startswith("dongli."):
            continue
        assert height[there] < height[here], f"{model._meta.label}.{field.name} points to {there}"
