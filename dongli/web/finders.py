"""The browser libraries that pages use, taken file by file from node_modules: nothing else of a package is served."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

# Where pages ask for it → where the npm package has it.
FILES = {
    "npm/tabler/css/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "npm/htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "npm/maplibre/maplibre-gl.mjs": "maplibre-gl/dist/maplibre-gl.mjs",
    "npm/maplibre/maplibre-gl-shared.mjs": "maplibre-gl/dist/maplibre-gl-shared.mjs",
    "npm/maplibre/maplibre-gl-worker.mjs": "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "npm/maplibre/maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "npm/echarts/echarts.mjs": "echarts/dist/echarts.esm.min.mjs",
    "npm/pmtiles/pmtiles.js": "pmtiles/dist/pmtiles.js",
}


class NpmStorage(FileSystemStorage):
    """Read-only storage over node_modules that knows `FILES` only."""

    def path(self, name: str) -> str:
        """The file behind the served name; KeyError for any other."""
        return str(Path(settings.BASE_DIR) / "node_modules" / FILES[name])


class NpmFinder(BaseFinder):
    """Finds `FILES`; a package that is not installed is left out (`dongli doctor` names it)."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = NpmStorage(location=str(Path(settings.BASE_DIR) / "node_modules"))

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file for `path`, or nothing."""
        found = [self.storage.path(path)] if path in FILES and self.storage.exists(path) else []
        if find_all:
            return found
        return found[0] if found else []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        """Every served name with its storage."""
        for name in FILES:
            if self.storage.exists(name):
                yield name, self.storage
