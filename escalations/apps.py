from django.apps import AppConfig


class EscalationsConfig(AppConfig):
    name = "escalations"

    def ready(self) -> None:
        from core.actions import on_touched
        from core.outbox import digest_source
        from escalations.daily import digest_lines
        from escalations.querysets.escalation import concerns_to_answer
        from escalations.sweep import climb, touched
        from governance.querysets.concerns import LEDGERS_FROM_ABOVE
        from oversight.sweep import on_swept

        on_touched(touched)
        on_swept(climb)
        digest_source(digest_lines)
        LEDGERS_FROM_ABOVE.append(concerns_to_answer)
