"""The message catalogue, in pure Python: `python -m dongli.web.messages` collects every text of the product into
locale/zh_Hans/LC_MESSAGES/django.po, keeps the translations that are there, takes new ones from locale/zh/*.json
(flat objects, English to Chinese), compiles, and names what still lacks Chinese.
"""

import json
import re
import sys
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"
PO = Path("zh_Hans/LC_MESSAGES/django.po")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def sources(root: Path = ROOT) -> Iterator[Path]:
    """Every Python file and template of the product, tests left out."""
    for pattern in ("*.py", "*.html", "*.txt"):
        for path in sorted((root / "dongli").rglob(pattern)):
            inside = path.relative_to(root).parts
            if "tests" not in inside and "migrations" not in inside and (path.suffix == ".py" or "templates" in inside):
                yield path


def texts_of(path: Path) -> Iterator[tuple[str, str | None]]:
    """The (message id, context) pairs in one file; of a plural, its singular."""
    code = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        code = "\n".join(line.lstrip() for line in templatize(code, origin=str(path)).splitlines())
    for _line, found, _comments, context in extract("python", BytesIO(code.encode()), keywords=KEYWORDS):
        text = found[0] if isinstance(found, tuple) else found
        if text:
            yield text, context


def extract_all(root: Path = ROOT) -> Catalog:
    """A fresh catalogue of every text of the product."""
    catalogue = Catalog(locale="zh_Hans", project="Dongli", charset="utf-8", fuzzy=False)
    for path in sources(root):
        for text, context in texts_of(path):
            catalogue.add(text, context=context)
    return catalogue


def read_catalogue(locale_dir: Path = LOCALE) -> Catalog:
    """The catalogue on disk; an empty one when there is none."""
    path = locale_dir / PO
    if not path.exists():
        return Catalog(locale="zh_Hans")
    with path.open("rb") as file:
        return read_po(file)


def read_parts(locale_dir: Path = LOCALE) -> dict[str, str]:
    """The translations in locale/zh/*.json; ValueError when two files disagree."""
    merged: dict[str, str] = {}
    for path in sorted((locale_dir / "zh").glob("*.json")):
        for text, chinese in json.loads(path.read_text(encoding="utf-8")).items():
            if merged.setdefault(text, chinese) != chinese:
                print(f"{path.name}: “{text}” is “{merged[text]}” elsewhere and “{chinese}” here", file=sys.stderr)
    return merged


def merge(root: Path = ROOT, locale_dir: Path = LOCALE) -> Catalog:
    """The fresh catalogue with the translations known so far: the JSON parts' first, then the old catalogue's."""
    old, parts, fresh = read_catalogue(locale_dir), read_parts(locale_dir), extract_all(root)
    for message in fresh:
        if not message.id:
            continue
        before = old.get(message.id, message.context)
        known = before.string if before is not None and not before.fuzzy else ""
        message.string = parts.get(str(message.id)) or known or ""
    return fresh


def missing(catalogue: Catalog) -> list[str]:
    """The texts without Chinese, or whose placeholders differ from the English."""
    return [str(message.id) for message in catalogue if message.id and not _is_complete(message)]


def _is_complete(message: Message) -> bool:
    if not message.string or message.fuzzy:
        return False
    wanted = set(_PLACEHOLDER.findall(str(message.id)))
    return set(_PLACEHOLDER.findall(str(message.string))) == wanted


def save(catalogue: Catalog, locale_dir: Path = LOCALE) -> Path:
    """Write the catalogue, sorted, without dates or line numbers, so that it changes only when a text does."""
    path = locale_dir / PO
    path.parent.mkdir(parents=True, exist_ok=True)
    written = BytesIO()
    write_po(written, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    head = 'msgid ""\nmsgstr ""\n"Language: zh_Hans\\n"\n"MIME-Version: 1.0\\n"\n'
    head += '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
    head += '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    path.write_text(head + written.getvalue().decode().lstrip(), encoding="utf-8")
    return path


def compile_catalogues(locale_dir: Path = LOCALE) -> int:
    """Compile every .po under `locale_dir` to its .mo; how many were written."""
    count = 0
    for source in sorted(locale_dir.glob("*/LC_MESSAGES/*.po")):
        compiled = BytesIO()
        write_mo(compiled, read_po(StringIO(source.read_text(encoding="utf-8"))))
        source.with_suffix(".mo").write_bytes(compiled.getvalue())
        count += 1
    return count


def main() -> int:
    """Collect, merge, save, compile; 1 when a text lacks Chinese."""
    catalogue = merge()
    print(f"{save(catalogue).relative_to(ROOT)}: {len(catalogue)} texts")
    compile_catalogues()
    lacking = missing(catalogue)
    for text in lacking:
        print(f"no Chinese: {text}")
    return 1 if lacking else 0


if __name__ == "__main__":
    raise SystemExit(main())
