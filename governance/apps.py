from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"

    def ready(self) -> None:
        from core.outbox import digest_source
        from governance.digest import digest_lines

        digest_source(digest_lines)
