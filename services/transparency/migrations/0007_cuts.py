from django.db import migrations, models


def forget(apps, schema_editor):
    """Let the next refreshes count every event again: the new figures can't be had from the old ones."""
    for name in ("MeasuredRequest", "Cursor"):
        apps.get_model("transparency", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("transparency", "0006_stops_of_clocks")]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.DeleteModel("Count"),
        migrations.DeleteModel("Bucket"),
        migrations.DeleteModel("Length"),
        migrations.AddField(
            model_name='measuredrequest',
            name='lost_days',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='measuredrequest',
            name='steps',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='measuredrequest',
            name='working_days',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.CreateModel(
            name='Bucket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.CharField(max_length=60)),
                ('cut', models.CharField(blank=True, choices=[('', 'the whole service'), ('version', 'by version'), ('office', 'by office'), ('channel', 'by channel')], max_length=8)),
                ('key', models.CharField(blank=True, max_length=60)),
                ('month', models.DateField()),
                ('measure', models.CharField(max_length=60)),
                ('bucket', models.IntegerField()),
                ('number', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('service', 'cut', 'key', 'month', 'measure', 'bucket'), name='bucket_once')],
            },
        ),
        migrations.CreateModel(
            name='Count',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.CharField(max_length=60)),
                ('cut', models.CharField(blank=True, choices=[('', 'the whole service'), ('version', 'by version'), ('office', 'by office'), ('channel', 'by channel')], max_length=8)),
                ('key', models.CharField(blank=True, max_length=60)),
                ('month', models.DateField()),
                ('measure', models.CharField(max_length=60)),
                ('number', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['cut', 'key', 'month'], include=('service',), name='count_of_key')],
                'constraints': [models.UniqueConstraint(fields=('service', 'cut', 'key', 'month', 'measure'), name='count_once')],
            },
        ),
        migrations.CreateModel(
            name='DayCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.CharField(max_length=60)),
                ('day', models.DateField()),
                ('measure', models.CharField(max_length=60)),
                ('number', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('service', 'measure', 'day'), name='day_count_once')],
            },
        ),
        migrations.CreateModel(
            name='Length',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.CharField(max_length=60)),
                ('month', models.DateField()),
                ('measure', models.CharField(max_length=60)),
                ('number', models.BigIntegerField()),
                ('total', models.DecimalField(decimal_places=0, max_digits=40)),
                ('squares', models.DecimalField(decimal_places=0, max_digits=60)),
                ('longest', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('service', 'measure', 'month'), name='length_once')],
            },
        ),
    ]
