from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "oversight"

    def ready(self) -> None:
        from core.actions import on_touched
        from oversight.sweep import recheck

        on_touched(recheck)
