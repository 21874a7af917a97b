"""Which agencies were at the meeting a run of concerns called. Of one recorded before, only words say it, and it answers no
run until it is recorded anew: nobody can tell two agencies from "just me".
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("governance", "0011_who_is_left_out_of_a_meeting"),
    ]

    operations = [
        migrations.AddField(
            model_name='concernreview',
            name='meeting',
            field=models.ForeignKey(help_text='Where its minutes are here.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.meeting'),
        ),
        migrations.AddField(
            model_name='concernreview',
            name='there',
            field=models.JSONField(default=list, help_text='Codes of governance.codes.AGENCIES.', verbose_name='which agencies were there'),
        ),
        migrations.AlterField(
            model_name='concernreview',
            name='agencies',
            field=models.TextField(blank=True, verbose_name='who was there, and for whom'),
        ),
    ]
