"""Which of those always asked a series leaves out with its reason. Of a series set up before, nobody knows: all of them
are asked from the next meeting on, and whoever is to be left out is left out anew, with a reason.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("governance", "0010_found_to_be_conduct"),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalmeetingseries',
            name='left_out',
            field=models.JSONField(blank=True, default=list, verbose_name='who is always asked and is not'),
        ),
        migrations.AddField(
            model_name='meetingseries',
            name='left_out',
            field=models.JSONField(blank=True, default=list, verbose_name='who is always asked and is not'),
        ),
        migrations.AlterField(
            model_name='historicalmeeting',
            name='required',
            field=models.JSONField(help_text='As it stood when it was planned, and when it was minuted.', verbose_name='who must be asked'),
        ),
        migrations.AlterField(
            model_name='meeting',
            name='required',
            field=models.JSONField(help_text='As it stood when it was planned, and when it was minuted.', verbose_name='who must be asked'),
        ),
    ]
