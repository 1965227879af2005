"""The product runs on requirements.txt alone: what it imports is pinned there, not only in what tests need."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def imported(tree: ast.AST) -> Iterator[str]:
    """Top-level names of what a module imports when it runs."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
        yield from imported(node)


def test_every_import_of_the_product_is_pinned() -> None:
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    provided = packages_distributions()
    missing = set()
    for path in (ROOT / "dongli").rglob("*.py"):
        if "tests" in path.parts or path.name == "conftest.py":
            continue
        for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
            if name in sys.stdlib_module_names or name == "dongli":
                continue
            owners = {re.sub(r"[-_.]+", "-", owner).lower() for owner in provided.get(name, [name])}
            if not owners & {re.sub(r"[-_.]+", "-", one) for one in pinned}:
                missing.add(f"{path.relative_to(ROOT)}: {name}")
    assert missing == set()
