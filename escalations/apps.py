"""The ladder, the reviewing officer’s disputes, the protected route."""

from django.apps import AppConfig


class EscalationsConfig(AppConfig):
    name = "escalations"

    def ready(self) -> None:
        from core.actions import on_touched
        from core.outbox import digest_source
        from escalations import daily, daily_routes
        from escalations.actions.dispute import chase
        from escalations.actions.whistle import go_on
        from escalations.querysets.escalation import concerns_to_answer
        from escalations.sweep import climb, touched
        from governance.querysets.concerns import LEDGERS_FROM_ABOVE
        from oversight.sweep import on_swept

        on_touched(touched)
        on_swept(climb)
        on_swept(chase)
        on_swept(go_on)
        digest_source(daily.digest_lines)
        digest_source(daily_routes.digest_lines)
        LEDGERS_FROM_ABOVE.append(concerns_to_answer)
