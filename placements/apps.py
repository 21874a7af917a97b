from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    name = "placements"

    def ready(self) -> None:
        from children.actions import WHEN_CARE_ENDS
        from children.querysets import SCOPES_FROM_ABOVE
        from core.access import Scope
        from placements.actions.placing import end_with_care
        from placements.querysets import children_in_placements, children_placed_with

        WHEN_CARE_ENDS.append(end_with_care)
        SCOPES_FROM_ABOVE[Scope.PROVIDER] = children_placed_with
        SCOPES_FROM_ABOVE[Scope.PLACEMENTS] = children_in_placements
