from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"

    def ready(self) -> None:
        from core.documents import register
        from core.outbox import digest_source
        from governance import recommendations
        from governance.digest import digest_lines

        digest_source(digest_lines)
        register(recommendations.PATH, recommendations.document)
