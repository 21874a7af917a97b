from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('oversight', '0002_about_a_carer_an_agency_a_shift'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='sweeprun',
            name='sweep_latest',
        ),
        migrations.AddIndex(
            model_name='sweeprun',
            index=models.Index(models.OrderBy(models.F('as_of'), descending=True), condition=models.Q(('finished_at__isnull', False)), name='sweep_reached'),
        ),
    ]
