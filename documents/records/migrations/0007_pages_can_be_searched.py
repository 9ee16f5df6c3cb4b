"""Pages can be searched by their words, on either database, and all that are here already are.

PostgreSQL keeps the words with their places in a generated column with an index, SQLite in an
FTS5 table that triggers fill from ours. `terms` are letters, digits and marks with one space
between them: both take them as they are, and neither has a say in what a word is.

On SQLite a later migration that remakes `records_searchedpage` drops its triggers: such a
migration ends by running `add_index` again.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from documents.records.searched_words import join_terms

AT_ONCE = 200
TABLE = "records_searchedpage"
POSTGRESQL = f"""
CREATE FUNCTION records_vector_of(terms text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg('''' || term || ''':' || place, ' '), '')::tsvector
    FROM unnest(string_to_array(terms, ' ')) WITH ORDINALITY AS word(term, place)
    WHERE term <> ''
$$;
ALTER TABLE {TABLE}
    ADD COLUMN vector tsvector GENERATED ALWAYS AS (records_vector_of(terms)) STORED;
CREATE INDEX records_searched_words ON {TABLE} USING gin (vector);
"""
POSTGRESQL_UNDO = f"""
ALTER TABLE {TABLE} DROP COLUMN vector;
DROP FUNCTION records_vector_of(text);
"""
LEAVE = f"INSERT INTO {TABLE}_fts ({TABLE}_fts, rowid, terms) VALUES ('delete', OLD.id, OLD.terms);"
COME = f"INSERT INTO {TABLE}_fts (rowid, terms) VALUES (NEW.id, NEW.terms);"
SQLITE = (
    f"""CREATE VIRTUAL TABLE {TABLE}_fts USING fts5(
        terms, content='{TABLE}', content_rowid='id', tokenize='ascii', prefix='3'
    )""",
    f"CREATE TRIGGER searched_page_comes AFTER INSERT ON {TABLE} BEGIN {COME} END",
    f"CREATE TRIGGER searched_page_leaves AFTER DELETE ON {TABLE} BEGIN {LEAVE} END",
    f"CREATE TRIGGER searched_page_changes AFTER UPDATE ON {TABLE} BEGIN {LEAVE} {COME} END",
)


def add_index(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL)
    else:
        for statement in SQLITE:
            editor.execute(statement)


def drop_index(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL_UNDO)
    else:
        for name in ("comes", "leaves", "changes"):
            editor.execute(f"DROP TRIGGER searched_page_{name}")
        editor.execute(f"DROP TABLE {TABLE}_fts")


def take_in_pages(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    pages = apps.get_model("records", "Page").objects.only("pk", "text")
    pages = pages.order_by("file__created_at", "file_id", "-number")  # as `index_pages` does
    searched = apps.get_model("records", "SearchedPage")
    batch = []
    for page in pages.iterator(chunk_size=AT_ONCE):
        batch.append(searched(page_id=page.pk, terms=join_terms(page.text)))
        if len(batch) == AT_ONCE:
            searched.objects.bulk_create(batch)
            batch = []
    searched.objects.bulk_create(batch)


class Migration(migrations.Migration):
    dependencies = [("records", "0004_a_longer_name_of_a_type")]
    operations = [
        migrations.CreateModel(
            name="SearchedPage",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("terms", models.TextField(blank=True, default="", verbose_name="words")),
                (
                    "page",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="searched",
                        to="records.page",
                    ),
                ),
            ],
        ),
        migrations.RunPython(add_index, drop_index),
        migrations.RunPython(take_in_pages, migrations.RunPython.noop),
    ]
