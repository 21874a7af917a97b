"""Allegations about adults who work with children: behind a locked door."""

from django.apps import AppConfig


class LadoConfig(AppConfig):
    name = "lado"

    def ready(self) -> None:
        from core.accounts import ASKED_ABOVE
        from governance.heard import REFERRED_FROM_ABOVE
        from governance.policies.concerns import SUBJECTS_FROM_ABOVE
        from governance.querysets.concerns import STEPS_KEPT_FROM
        from lado.actions.cases import hand_on
        from lado.policies.conduct import seen_past, subjects_of_concern, when_referred

        ASKED_ABOVE.append(hand_on)
        REFERRED_FROM_ABOVE.append(when_referred)
        SUBJECTS_FROM_ABOVE.append(subjects_of_concern)
        STEPS_KEPT_FROM.append(seen_past)
