from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "dongli.cases"

    def ready(self) -> None:
        from dongli.cases import alerts  # noqa: F401 (registers the kinds of notifications)
        from dongli.cases import capabilities
        from dongli.cases.actions.leaving import pass_on
        from dongli.people.handover import on_leaving

        on_leaving(pass_on)
        capabilities.register_all()
