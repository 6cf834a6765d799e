"""The ledger is append-only: the database refuses to rewrite a fact. Deleting a recording still deletes its facts."""

from django.db import migrations

FORBID = """
CREATE FUNCTION recordings_fact_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'facts are append-only';
END $$;
CREATE TRIGGER recordings_fact_is_final BEFORE UPDATE ON recordings_factrow
    FOR EACH ROW EXECUTE FUNCTION recordings_fact_is_final();
"""
ALLOW = """
DROP TRIGGER recordings_fact_is_final ON recordings_factrow;
DROP FUNCTION recordings_fact_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("recordings", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
