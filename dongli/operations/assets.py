"""What must be made before the product can serve: tables, compiled message catalogues, collected static files."""

import hashlib
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

# Served by none of our pages, and its modules refer to files that it does not bring along.
NOT_COLLECTED = ["django_htmx*"]


def migrate() -> None:
    """Bring the tables up to date: the product's, Django's and the job queue's."""
    call_command("migrate", interactive=False, verbosity=1)


def compile_catalogues() -> list[Path]:
    """Compile every `django.po` that is newer than its `.mo`, without gettext installed; returns the files written."""
    written = []
    for directory in settings.LOCALE_PATHS:
        for source in sorted(Path(directory).glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            with source.open("rb") as file:
                catalogue = read_po(file)
            compiled = BytesIO()
            write_mo(compiled, catalogue)
            half = target.with_suffix(".half")
            half.write_bytes(compiled.getvalue())
            half.replace(target)
            written.append(target)
    return written


def static_fingerprint() -> str:
    """A hash over name, size and time of every static source: it changes when collecting again is due."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list(None):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def static_is_current() -> bool:
    """Whether STATIC_ROOT holds what the sources say now."""
    stamp = _stamp()
    return stamp.exists() and stamp.read_text() == static_fingerprint()


def collect_static() -> bool:
    """Collect the static files into STATIC_ROOT when they changed; True when it did."""
    if static_is_current():
        return False
    fingerprint = static_fingerprint()
    call_command("collectstatic", interactive=False, verbosity=0, clear=True, ignore_patterns=NOT_COLLECTED)
    _stamp().write_text(fingerprint)
    return True


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / ".collected"
