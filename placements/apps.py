from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    name = "placements"

    def ready(self) -> None:
        from children.querysets import SCOPES_FROM_ABOVE
        from core.access import Scope
        from placements.querysets import children_in_placements, children_placed_with

        SCOPES_FROM_ABOVE[Scope.PROVIDER] = children_placed_with
        SCOPES_FROM_ABOVE[Scope.PLACEMENTS] = children_in_placements
