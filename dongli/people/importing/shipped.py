"""The kinds of this app, in the order in which a city fills them in: what stands below names what stands above."""

from dongli.people.importing import committees, compounds, organisations, pay_facts, persons, tenures
from dongli.people.importing.kinds import register


def register_shipped() -> None:
    """Offer them; called when the app is ready."""
    for module in (compounds, organisations, persons, tenures, committees, pay_facts):
        register(module.KIND)
