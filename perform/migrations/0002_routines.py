from django.db import migrations

from perform.routines_seed import ROUTINES


def insert(apps, schema_editor):
    apps.get_model("perform", "Routine").objects.bulk_create(
        apps.get_model("perform", "Routine")(**routine) for routine in ROUTINES
    )


class Migration(migrations.Migration):
    dependencies = [("perform", "0001_initial")]
    operations = [migrations.RunPython(insert, migrations.RunPython.noop)]
