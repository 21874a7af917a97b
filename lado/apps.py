from django.apps import AppConfig


class LadoConfig(AppConfig):
    name = "lado"
