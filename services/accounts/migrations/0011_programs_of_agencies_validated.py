from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_programs_of_agencies'),
    ]

    operations = [
        ValidateConstraint(model_name='user', name='programs_never_sign_in'),
    ]
