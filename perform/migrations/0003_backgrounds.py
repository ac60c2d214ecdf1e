from django.db import migrations

SOUNDS = [("fan", "Fan", "Ventilador"), ("rain", "Rain", "Lluvia"), ("room", "Quiet hall", "Sala tranquila")]


def insert(apps, schema_editor):
    Background = apps.get_model("perform", "Background")
    Background.objects.bulk_create(
        Background(key=key, generated=key, name_en=english, name_es=spanish, position=position)
        for position, (key, english, spanish) in enumerate(SOUNDS)
    )


class Migration(migrations.Migration):
    dependencies = [("perform", "0002_routines")]
    operations = [migrations.RunPython(insert, migrations.RunPython.noop)]
