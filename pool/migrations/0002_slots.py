from django.conf import settings
from django.db import migrations


def insert(apps, schema_editor):
    account = apps.get_model("pool", "Account").objects.create(name="default")
    Slot = apps.get_model("pool", "Slot")
    Slot.objects.bulk_create(
        Slot(account=account, number=number) for number in range(1, settings.POOL_CAPACITY + 1)
    )


class Migration(migrations.Migration):
    dependencies = [("pool", "0001_initial")]
    operations = [migrations.RunPython(insert, migrations.RunPython.noop)]
