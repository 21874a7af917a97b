from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import documents

        documents.register("docs/access.md", documents.access_document)
        documents.register("docs/history.md", documents.history_document)
