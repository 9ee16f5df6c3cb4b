"""What was decided about a definition holds: the database refuses to change it, or to lose it."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models.fields.json import KT

FIXED = ("indication", "version", "digest")
APPROVAL = ("approved_at", "approved_by_id", "label_read_on")


def differ(columns: tuple[str, ...], word: str) -> str:
    return " OR ".join(f"OLD.{column} {word} NEW.{column}" for column in columns)


def when_changed(word: str) -> str:
    """`word` is the database's own "is distinct from"."""
    return (
        f"((OLD.approved_at IS NOT NULL OR OLD.activated_at IS NOT NULL) AND ({differ(FIXED, word)}))"
        f" OR (OLD.approved_at IS NOT NULL AND ({differ(APPROVAL, word)}))"
    )


TOLD = "what was decided about a definition does not change"
POSTGRESQL = f"""
CREATE FUNCTION refuse_definition_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{TOLD}';
END $$;
CREATE TRIGGER definition_holds BEFORE UPDATE ON clinical_definitionversion
    FOR EACH ROW WHEN ({when_changed("IS DISTINCT FROM")})
    EXECUTE FUNCTION refuse_definition_change();
CREATE TRIGGER definition_stays BEFORE DELETE ON clinical_definitionversion
    FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL)
    EXECUTE FUNCTION refuse_definition_change();
"""
SQLITE = (
    f"""CREATE TRIGGER definition_holds BEFORE UPDATE ON clinical_definitionversion
    WHEN {when_changed("IS NOT")} BEGIN SELECT RAISE(ABORT, '{TOLD}'); END""",
    f"""CREATE TRIGGER definition_stays BEFORE DELETE ON clinical_definitionversion
    WHEN OLD.approved_at IS NOT NULL BEGIN SELECT RAISE(ABORT, '{TOLD}'); END""",
)


def add_triggers(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL)
    else:
        for statement in SQLITE:
            editor.execute(statement)


def drop_triggers(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    on = " ON clinical_definitionversion" if editor.connection.vendor == "postgresql" else ""
    for name in ("definition_holds", "definition_stays"):
        editor.execute(f"DROP TRIGGER {name}{on}")
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION refuse_definition_change()")


def copy_digests(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Comparisons made before say in their words which wording they were made with."""
    rows = apps.get_model("clinical", "Evaluation").objects.filter(definition_digest="")
    rows.update(definition_digest=KT("result__definition__digest"))


class Migration(migrations.Migration):
    dependencies = [("clinical", "0002_definition_life_cycle")]
    operations = [
        migrations.RunPython(copy_digests, migrations.RunPython.noop),
        migrations.RunPython(add_triggers, drop_triggers),
    ]
