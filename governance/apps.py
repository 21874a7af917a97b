from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"

    def ready(self) -> None:
        from core.documents import register
        from governance import recommendations

        register(recommendations.PATH, recommendations.document)
