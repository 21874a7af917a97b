import django.db.models.functions.datetime
from django.db import migrations, models

import core.fields


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_submission'),
    ]

    operations = [
        migrations.CreateModel(
            name='DigestDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('recorded_at', core.fields.RecordedAt(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
        ),
    ]
