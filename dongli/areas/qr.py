"""QR codes that open the form with the place filled in."""

import segno
from django.conf import settings
from django.utils.safestring import SafeString

from dongli.areas.models import Area


def place_url(area: Area) -> str:
    """The address behind the QR code of `area`."""
    return f"{settings.BASE_URL}/r/{area.code}"


def qr_svg(text: str) -> SafeString:
    """`text` as an inline SVG without size of its own; a quarter of it may be scratched away."""
    code = segno.make(text, error="q", micro=False)
    return SafeString(code.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None))
