from django.apps import AppConfig


class PerformConfig(AppConfig):
    name = "perform"
