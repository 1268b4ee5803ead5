from django.db import migrations

TABLES = ("ledger_leaf", "ledger_seal", "ledger_publiccode")
REFUSE = "".join(
    f"""
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
    for table in TABLES
)
ALLOW = "".join(
    f"DROP TRIGGER refuse_truncate ON {table}; DROP TRIGGER refuse_change ON {table};\n" for table in TABLES
)
# Hashes can't be compressed; without trying, a tile is written faster.
PLAIN = "ALTER TABLE ledger_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;"
AS_BEFORE = "ALTER TABLE ledger_tile ALTER COLUMN hashes SET STORAGE EXTENDED;"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_seals")]
    operations = [migrations.RunSQL(REFUSE, ALLOW), migrations.RunSQL(PLAIN, AS_BEFORE)]
