"""The kinds of this app, in the order in which a city fills them in."""

from dongli.people.importing import compounds
from dongli.people.importing.kinds import register


def register_shipped() -> None:
    """Offer them; called when the app is ready."""
    for kind in (compounds.KIND,):
        register(kind)
