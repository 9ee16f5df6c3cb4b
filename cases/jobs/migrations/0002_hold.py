from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "queue",
                    models.CharField(
                        max_length=20, primary_key=True, serialize=False, verbose_name="queue"
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
            ],
            options={"verbose_name": "hold", "verbose_name_plural": "holds"},
        ),
    ]
