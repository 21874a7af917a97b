from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    name = "placements"

    def ready(self) -> None:
        from children.actions import WHEN_CARE_ENDS
        from children.querysets import SCOPES_FROM_ABOVE
        from children.rights import MANAGERS_FROM_ABOVE
        from core.access import Scope
        from core.accounts import ASKED_ABOVE
        from core.querysets import ACCOUNTS_FROM_ABOVE
        from placements.actions.placing import end_with_care
        from placements.policies import managers_on, not_anothers_too
        from placements.querysets import accounts_run_by, children_in_placements, children_placed_with

        WHEN_CARE_ENDS.append(end_with_care)
        MANAGERS_FROM_ABOVE.append(managers_on)
        SCOPES_FROM_ABOVE[Scope.PROVIDER] = children_placed_with
        SCOPES_FROM_ABOVE[Scope.PLACEMENTS] = children_in_placements
        ACCOUNTS_FROM_ABOVE.append(accounts_run_by)
        ASKED_ABOVE.append(not_anothers_too)
