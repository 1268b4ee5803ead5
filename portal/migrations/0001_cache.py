from django.db import migrations

MAKE = """
CREATE TABLE portal_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX portal_cache_expires ON portal_cache (expires);
"""


class Migration(migrations.Migration):
    """The table of the cache, as `createcachetable` would make it."""

    initial = True
    dependencies = []
    operations = [migrations.RunSQL(MAKE, "DROP TABLE portal_cache")]
