"""A version has a variant and a language; one without identity has a reference of its own.

SQLite remakes the table for this and loses its guards against changes; they are read before and
put back after, whichever they are.
"""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

TABLE = "dossiers_dossierversion"
GUARD = "version_keeps_its_form"
SEALED = "('sealed', 'sent', 'superseded', 'recalled')"
FORM = ("variant", "language", "alias")
READ = f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{TABLE}'"

kept: list[tuple[str, str]] = []


def take_guards(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        with editor.connection.cursor() as cursor:
            kept[:] = [row for row in cursor.execute(READ).fetchall() if row[0] != GUARD]


def put_guards(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        with editor.connection.cursor() as cursor:
            present = {row[0] for row in cursor.execute(READ).fetchall()}
        for name, sql in kept:
            if name not in present:
                editor.execute(sql)


def guard_form(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    differs, row, act = "IS NOT", "", "BEGIN SELECT RAISE(ABORT, 'a sealed version does not change'); END"
    if editor.connection.vendor == "postgresql":
        differs, row, act = "IS DISTINCT FROM", "FOR EACH ROW", "EXECUTE FUNCTION refuse_sealed_change()"
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in FORM)
    editor.execute(
        f"CREATE TRIGGER {GUARD} BEFORE UPDATE ON {TABLE} {row} "
        f"WHEN (OLD.state IN {SEALED} AND ({changed})) {act}"
    )


def lift_form(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    on = f" ON {TABLE}" if editor.connection.vendor == "postgresql" else ""
    editor.execute(f"DROP TRIGGER IF EXISTS {GUARD}{on}")


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0003_what_makes_a_file_trusted")]
    operations = [
        migrations.RunPython(take_guards, put_guards),
        migrations.AddField(
            model_name="dossierversion",
            name="variant",
            field=models.CharField(
                choices=[
                    ("full", "Whole dossier"),
                    ("summary", "One-page summary"),
                    ("deidentified", "Without identity"),
                ],
                default="full",
                max_length=12,
                verbose_name="form",
            ),
        ),
        migrations.AddField(
            model_name="dossierversion",
            name="language",
            field=models.CharField(default="en", max_length=10, verbose_name="language"),
        ),
        migrations.AddField(
            model_name="dossierversion",
            name="alias",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                max_length=20,
                verbose_name="reference that names nobody",
            ),
        ),
        migrations.AddConstraint(
            model_name="dossierversion",
            constraint=models.UniqueConstraint(
                condition=~Q(alias=""), fields=["alias"], name="version_alias_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="dossierversion",
            constraint=models.CheckConstraint(
                condition=Q(variant="deidentified") & ~Q(alias="")
                | ~Q(variant="deidentified") & Q(alias=""),
                name="version_alias_where_nobody_is_named",
            ),
        ),
        migrations.RunPython(put_guards, take_guards),
        migrations.RunPython(guard_form, lift_form),
    ]
