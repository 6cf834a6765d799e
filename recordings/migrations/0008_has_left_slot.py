"""A recording that its recorder has left is out of its slot for good (the index follows in 0009)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recordings", "0007_storage_asked")]
    operations = [
        migrations.AddField(
            model_name="recording",
            name="has_left_slot",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
