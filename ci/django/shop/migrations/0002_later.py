"""What the application's authors do next, once it runs on PostgreSQL."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]

    operations = [
        migrations.AlterField("order", "price", models.DecimalField(max_digits=12, decimal_places=2, default=0)),
        migrations.AddIndex("line", models.Index(fields=["ref"], name="by_ref")),
    ]
