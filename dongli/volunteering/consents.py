"""What members agree to, word for word and by version (PIPL, articles 14, 15, 23 and 29): each for itself."""

from django.utils.translation import gettext_lazy as _

from dongli.volunteering.models import ConsentKind

VERSION = "2026-11"
TEXTS = {
    ConsentKind.KEEP: _(
        "I agree that the platform keeps that I am a party member and reported in here. It is shown to the branch of "
        "my compound and to my community's secretary and desk, to nobody else. I can withdraw this at any time; what "
        "names me is then removed."
    ),
    ConsentKind.TELL_UNIT: _(
        "I agree that my unit may count me: how many of its members reported in, claimed wishes and served how many "
        "hours. It sees no names, no compounds and nothing about a single person. I can serve without agreeing to this."
    ),
}
