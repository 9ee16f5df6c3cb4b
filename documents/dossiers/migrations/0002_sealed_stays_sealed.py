"""The database itself refuses to change what was sealed, and what was logged.

On SQLite a later migration that remakes one of these tables drops its triggers: such a
migration ends by running `add_triggers` again.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SEALED = "('sealed', 'sent', 'superseded', 'recalled')"
KEPT = (
    "dossier_id",
    "number",
    "reference_date",
    "contents",
    "contents_sha256",
    "file_sha256",
    "size",
    "page_count",
    "object_name",
    "sealed_at",
    "sealed_by_id",
)
POSTGRESQL = f"""
CREATE FUNCTION refuse_sealed_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a sealed version does not change';
END $$;
CREATE TRIGGER version_stays_sealed BEFORE UPDATE ON dossiers_dossierversion
    FOR EACH ROW
    WHEN (OLD.state IN {SEALED} AND (NEW.state NOT IN {SEALED}
        OR {" OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in KEPT)}))
    EXECUTE FUNCTION refuse_sealed_change();
CREATE FUNCTION refuse_access_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a logged access does not change';
END $$;
CREATE TRIGGER access_stays BEFORE UPDATE ON dossiers_access
    FOR EACH ROW EXECUTE FUNCTION refuse_access_change();
"""
POSTGRESQL_UNDO = """
DROP TRIGGER version_stays_sealed ON dossiers_dossierversion;
DROP FUNCTION refuse_sealed_change();
DROP TRIGGER access_stays ON dossiers_access;
DROP FUNCTION refuse_access_change();
"""
SQLITE = (
    f"""CREATE TRIGGER version_stays_sealed BEFORE UPDATE ON dossiers_dossierversion
    WHEN OLD.state IN {SEALED} AND (NEW.state NOT IN {SEALED}
        OR {" OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in KEPT)})
    BEGIN SELECT RAISE(ABORT, 'a sealed version does not change'); END""",
    """CREATE TRIGGER access_stays BEFORE UPDATE ON dossiers_access
    BEGIN SELECT RAISE(ABORT, 'a logged access does not change'); END""",
)


def add_triggers(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL)
    else:
        for statement in SQLITE:
            editor.execute(statement)


def drop_triggers(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL_UNDO)
    else:
        editor.execute("DROP TRIGGER version_stays_sealed")
        editor.execute("DROP TRIGGER access_stays")


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_initial")]
    operations = [migrations.RunPython(add_triggers, drop_triggers)]
