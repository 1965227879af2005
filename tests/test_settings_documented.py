"""Every variable that the product reads stands in the table of docs/operations.md, and the other way round."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = r"DONGLI_[A-Z_]+|DATABASE_URL"
READ = re.compile(rf"""(?:environ(?:\.get)?[\[(]|_flag\(|_words\(|_number\()\s*["']({NAME})["']""")
DOCUMENTED = re.compile(rf"^\| `({NAME})` \|", re.MULTILINE)


def test_settings_and_documentation_agree() -> None:
    sources = [ROOT / "dongli" / "settings.py", ROOT / "dongli" / "operations" / "embedded.py"]
    read = {name for source in sources for name in READ.findall(source.read_text())}
    documented = set(DOCUMENTED.findall((ROOT / "docs" / "operations.md").read_text()))
    assert read == documented


def test_only_settings_read_the_environment() -> None:
    """A setting read elsewhere would escape the table; the database's supervisor works without Django and may."""
    allowed = {"dongli/settings.py", "dongli/operations/embedded.py"}
    for source in (ROOT / "dongli").rglob("*.py"):
        name = str(source.relative_to(ROOT))
        if name not in allowed and "/tests/" not in name:
            assert not READ.findall(source.read_text()), name
