"""In-service members who report in, wishes and service; later volunteers and points."""

from django.apps import AppConfig


class VolunteeringConfig(AppConfig):
    name = "dongli.volunteering"

    def ready(self) -> None:
        from dongli.people.handover import on_leaving
        from dongli.people.membership import needed_while
        from dongli.people.personal import in_copy, on_erasing
        from dongli.volunteering import capabilities
        from dongli.volunteering.actions import reporting
        from dongli.volunteering.policies import register_policies
        from dongli.volunteering.queries.copy import chapter
        from dongli.volunteering.succeeding import register_parts

        register_policies()
        capabilities.register_all()
        register_parts()
        on_leaving(reporting.close)
        needed_while(reporting.needs_membership)
        in_copy(chapter)
        on_erasing(reporting.erase)
