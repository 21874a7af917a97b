"""The rulebook, the flags, the sweep, and who is told what."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "oversight"

    def ready(self) -> None:
        from core.actions import on_touched
        from core.documents import register
        from core.outbox import digest_source
        from lado.waiting import let_the_next_in
        from oversight.digest import digest_lines
        from oversight.rulebook import document
        from oversight.sweep import on_swept, recheck

        on_touched(recheck)
        on_swept(let_the_next_in)
        digest_source(digest_lines)
        register(document.PATH, document.render)
