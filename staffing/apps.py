from django.apps import AppConfig


class StaffingConfig(AppConfig):
    name = "staffing"

    def ready(self) -> None:
        from core.actions import AFTER_REFUSALS
        from placements.log_calendar import TURNS_FROM_ABOVE
        from staffing.notices import tell_of_refusal
        from staffing.turns import published_turns

        TURNS_FROM_ABOVE.append(published_turns)
        AFTER_REFUSALS.append(tell_of_refusal)
