"""The seal's keys and marks, the drawn pages of sources; what was sealed stays so in these too."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SEALED = "('sealed', 'sent', 'superseded', 'recalled')"
KEPT_BEFORE = (
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
KEPT = (*KEPT_BEFORE, "seal_key_id", "seal_mark", "source_choice")


def write_guard(vendor: str, kept: tuple[str, ...]) -> str:
    differs, ends = "IS NOT", "BEGIN SELECT RAISE(ABORT, 'a sealed version does not change'); END"
    each_row = ""
    if vendor == "postgresql":
        differs, ends = "IS DISTINCT FROM", "EXECUTE FUNCTION refuse_sealed_change()"
        each_row = "FOR EACH ROW"
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in kept)
    return f"""CREATE TRIGGER version_stays_sealed BEFORE UPDATE ON dossiers_dossierversion {each_row}
        WHEN (OLD.state IN {SEALED} AND (NEW.state NOT IN {SEALED} OR {changed})) {ends}"""


def put_guard(editor: BaseDatabaseSchemaEditor, kept: tuple[str, ...]) -> None:
    # SQLite has lost it already where the table was remade.
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP TRIGGER IF EXISTS version_stays_sealed ON dossiers_dossierversion")
    else:
        editor.execute("DROP TRIGGER IF EXISTS version_stays_sealed")
    editor.execute(write_guard(editor.connection.vendor, kept))


def guard_more(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    put_guard(editor, KEPT)


def guard_as_before(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    put_guard(editor, KEPT_BEFORE)


def lift_guard(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    on = " ON dossiers_dossierversion" if editor.connection.vendor == "postgresql" else ""
    editor.execute(f"DROP TRIGGER IF EXISTS version_stays_sealed{on}")


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0002_sealed_stays_sealed'),
        ('records', '0004_a_longer_name_of_a_type'),
    ]

    operations = [
        migrations.RunPython(lift_guard, guard_as_before),
        migrations.AddField(
            model_name='dossierversion',
            name='seal_mark',
            field=models.CharField(blank=True, db_index=True, default='', editable=False, max_length=64, verbose_name='hash of the signature'),
        ),
        migrations.AddField(
            model_name='dossierversion',
            name='source_choice',
            field=models.JSONField(blank=True, default=dict, editable=False, verbose_name='pages behind it'),
        ),
        migrations.CreateModel(
            name='SealKey',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('certificate', models.TextField(editable=False, verbose_name='certificate')),
                ('fingerprint', models.CharField(max_length=64, unique=True, verbose_name='SHA-256 of the certificate')),
                ('wrapped_key', models.BinaryField()),
                ('master_key_id', models.CharField(editable=False, max_length=16)),
                ('is_current', models.BooleanField(default=True, verbose_name='seals now')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='retired at')),
            ],
            options={
                'verbose_name': 'seal key',
                'verbose_name_plural': 'seal keys',
                'ordering': ['-made_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('is_current',), name='seal_key_one_is_current'), models.CheckConstraint(condition=models.Q(models.Q(('is_current', True), ('retired_at__isnull', True)), models.Q(('is_current', False), ('retired_at__isnull', False)), _connector='OR'), name='seal_key_retired_has_a_time')],
            },
        ),
        migrations.AddField(
            model_name='dossierversion',
            name='seal_key',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='dossiers.sealkey', verbose_name='sealed with'),
        ),
        migrations.CreateModel(
            name='Sheets',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('made_of', models.CharField(max_length=64)),
                ('object_name', models.CharField(editable=False, max_length=120, unique=True)),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('size', models.BigIntegerField(verbose_name='bytes')),
                ('count', models.PositiveIntegerField(verbose_name='pages')),
                ('made_at', models.DateTimeField(verbose_name='drawn at')),
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='sheets', to='records.documentfile')),
            ],
            options={
                'verbose_name': 'drawn pages of a source',
                'verbose_name_plural': 'drawn pages of sources',
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('superseded', 'Replaced by a newer version'), ('recalled', 'Called back')], max_length=12, verbose_name='why')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='hospitals.contact')),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='notice', to='hospitals.message')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='dossiers.dossierversion')),
            ],
            options={
                'verbose_name': 'notice about a version',
                'verbose_name_plural': 'notices about versions',
                'ordering': ['-made_at'],
                'constraints': [models.UniqueConstraint(fields=('version', 'contact', 'reason'), name='notice_once_a_contact')],
            },
        ),
        migrations.RunPython(guard_more, lift_guard),
    ]
