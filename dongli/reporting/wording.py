"""How states of coverage look: word, icon, tone."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Look = tuple[str | Promise, str, str]

STATE_LOOKS: dict[str, Look] = {
    "covered": (_("Covered"), "circle-check", "good"),
    "missing": (_("Missing"), "alert-circle", "bad"),
    "none": (_("Does not apply"), "circle-dashed", ""),
}
