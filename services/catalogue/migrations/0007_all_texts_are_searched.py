from django.db import migrations

from services.catalogue.search import searchable_words


def read_again(apps, schema_editor):
    for service in apps.get_model("catalogue", "Service").objects.exclude(current=None).select_related("current", "responsible"):
        service.words = searchable_words(service.current.source, service.responsible.name)
        service.save(update_fields=["words"])


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0006_definition_drafts'),
    ]

    operations = [
        migrations.RunPython(read_again, migrations.RunPython.noop),
    ]
