from django.db import migrations

from services.catalogue.search import vocabulary_of, words_told


def tell(apps, schema_editor):
    word = apps.get_model("catalogue", "Word")
    services = apps.get_model("catalogue", "Service").objects.exclude(current=None).select_related("current", "responsible")
    for service in services:
        told = words_told(service.current.source, service.responsible.name)
        word.objects.bulk_create((word(**known) for known in vocabulary_of(told)), ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0009_words'),
    ]

    operations = [
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
