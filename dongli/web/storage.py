"""Static files with their hash in the name, compressed once and cached for ever."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

_URL = r"""(?P<matched>url\(['"]{0,1}\s*(?P<url>.*?)["']{0,1}\))"""
_DYNAMIC_IMPORT = (r"""(?P<matched>import\(["'](?P<url>\./.*?)["']\))""", """import("%(url)s")""")
_IMPORT_FROM = (
    r"""(?P<matched>import(?P<import>[\s{][^;]*?)\s*from\s*["'](?P<url>\./.*?)["']\s*;)""",
    """import%(import)s from "%(url)s";""",
)


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Hashes what style sheets and our own modules (static/js) refer to; libraries are taken as they are, and source
    maps, which are not served, are left alone.

    Before anything is collected (a developer's checkout, the tests) addresses stay plain.
    """

    patterns = (("*.css", (_URL,)), ("js/*.js", (_DYNAMIC_IMPORT, _IMPORT_FROM)))

    def stored_name(self, name: str) -> Any:
        """The hashed name of `name`, or `name` itself while there is no manifest."""
        return super().stored_name(name) if self.hashed_files else name
