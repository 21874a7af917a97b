from django.apps import AppConfig


class StaffingConfig(AppConfig):
    name = "staffing"

    def ready(self) -> None:
        from placements.log_calendar import TURNS_FROM_ABOVE
        from staffing.turns import published_turns

        TURNS_FROM_ABOVE.append(published_turns)
