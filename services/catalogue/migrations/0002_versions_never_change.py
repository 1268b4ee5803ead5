from django.db import migrations

REFUSE = """
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON catalogue_serviceversion
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
ALLOW = "DROP TRIGGER refuse_change ON catalogue_serviceversion;"


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial"), ("ledger", "0002_append_only")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
