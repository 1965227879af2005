"""Static files with their hash in the name, compressed once and cached for ever."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashes what style sheets and our modules refer to as well; source maps, which are not served, are left alone.

    Before anything is collected (a developer's checkout, the tests) addresses stay plain.
    """

    support_js_module_import_aggregation = True
    patterns = (("*.css", (r"""(?P<matched>url\(['"]{0,1}\s*(?P<url>.*?)["']{0,1}\))""",)),)

    def stored_name(self, name: str) -> Any:
        """The hashed name of `name`, or `name` itself while there is no manifest."""
        return super().stored_name(name) if self.hashed_files else name
