from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "dongli.cases"

    def ready(self) -> None:
        from dongli.cases import (
            alerts,  # noqa: F401 (registers the kinds of notifications)
            capabilities,
        )
        from dongli.cases.actions import handing_over
        from dongli.cases.actions.leaving import pass_on
        from dongli.cases.actions.succeeding import register_parts
        from dongli.cases.level_policies import register_policies
        from dongli.people.handover import on_leaving

        on_leaving(pass_on)
        handing_over.register()
        register_parts()
        capabilities.register_all()
        register_policies()
