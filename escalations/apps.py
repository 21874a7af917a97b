"""The ladder, the reviewing officer’s disputes, the protected route."""

from django.apps import AppConfig


class EscalationsConfig(AppConfig):
    name = "escalations"

    def ready(self) -> None:
        from core.outbox import digest_source
        from escalations.digest import digest_lines

        digest_source(digest_lines)
