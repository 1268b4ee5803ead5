from django.db import migrations

from services.catalogue.search import prose_of, words_told


def tell(apps, schema_editor):
    prose = apps.get_model("catalogue", "Prose")
    services = apps.get_model("catalogue", "Service").objects.exclude(current=None).select_related("current", "responsible")
    for service in services:
        told = words_told(service.current.source, service.responsible.name)
        prose.objects.bulk_create(prose(service=service, language=language, words=prose_of(words)) for language, words in told.items())


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0007_prose'),
    ]

    operations = [
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
