"""Bytes and requests of what a resident opens first, as a browser with an empty cache would fetch them.

    python bench/first_page.py

The pages, and whatever they load before anybody touches them (styles and what these name, scripts and the modules they
import, pictures, fonts), are fetched compressed from the served site. The aim is 150 kB each.
"""

import http.client
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import gzip

from tests.site import Site

AIM = 150 * 1000
PAGES = {"/": "first page", "/report/": "filing"}
ACCEPT = {"Host": "localhost", "Accept-Encoding": "gzip", "Accept": "text/html"}
TAGS = re.compile(
    r"""<script[^>]*\bsrc="([^"]+)"|<link[^>]*\brel="(?:stylesheet|modulepreload|preload|icon)"[^>]*\bhref="([^"]+)"
    |<link[^>]*\bhref="([^"]+)"[^>]*\brel="(?:stylesheet|modulepreload|preload|icon)"|<img[^>]*\bsrc="([^"]+)"
    |<use[^>]*\bhref="([^"#]+)#""",
    re.VERBOSE,
)
IN_STYLE = re.compile(r"""url\(["']?([^"')]+)["']?\)|@import\s+["']([^"']+)["']""")
IN_SCRIPT = re.compile(r"""^\s*(?:import|export)\b[^;'"()]*["']([^"']+)["']""", re.MULTILINE)


@dataclass
class Load:
    """What one page loads: address → bytes over the wire."""

    port: int
    found: dict[str, int] = field(default_factory=dict)

    def fetch(self, address: str) -> None:
        """Fetch an address of this site once, and what it names."""
        path = urlsplit(address).path
        if path in self.found or not address.startswith("/"):
            return
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        link.request("GET", address, headers=ACCEPT)
        answer = link.getresponse()
        body = answer.read()
        link.close()
        if answer.status != 200:
            raise OSError(f"{address} answered {answer.status}")
        self.found[path] = len(body) + len(str(answer.headers))
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for named in _named(body, answer.headers.get_content_type()):
            self.fetch(urljoin(address, named))

    def of_kind(self, *endings: str) -> int:
        return sum(size for path, size in self.found.items() if path.endswith(endings))


def _named(body: bytes, kind: str) -> list[str]:
    """What a page, a style sheet or a script makes the browser fetch."""
    pattern = {"text/html": TAGS, "text/css": IN_STYLE, "text/javascript": IN_SCRIPT}.get(kind)
    if pattern is None:
        return []
    groups = (match.groups() for match in pattern.finditer(body.decode()))
    return [one for several in groups for one in several if one and not one.startswith("data:")]


def main() -> None:
    with Site() as site:
        site.start()
        print("page         requests  page kB  styles  scripts  other  sum kB  of aim")
        for address, name in PAGES.items():
            load = Load(site.port)
            load.fetch(address)
            total, page = sum(load.found.values()), load.found[address]
            styles, scripts = load.of_kind(".css"), load.of_kind(".js", ".mjs")
            parts = [page, styles, scripts, total - page - styles - scripts]
            figures = [f"{size / 1000:.1f}" for size in parts]
            print(
                f"{name:<12}{len(load.found):>9}{figures[0]:>9}{figures[1]:>8}{figures[2]:>9}{figures[3]:>7}"
                f"{total / 1000:>8.1f}{total / AIM:>8.0%}"
            )
            for path, size in sorted(load.found.items(), key=lambda pair: -pair[1]):
                print(f"    {size / 1000:>7.1f}  {path}")


if __name__ == "__main__":
    main()
