import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

import children.models

# A post was made by an administrator of some council, as its history says: it was hers to appoint to. Where no history
# says so, the council that recorded the provider's homes. The next statements alter the table, so what this one has to
# check must be checked first.
APPOINTED_BY = """
UPDATE placements_providerpost post SET authority_id = coalesce(
    (SELECT writer.authority_id FROM placements_historicalproviderpost told JOIN core_user writer ON writer.id = told.history_user_id
     WHERE told.id = post.id AND told.history_type = '+' ORDER BY told.history_date LIMIT 1),
    (SELECT min(home.authority_id) FROM placements_home home WHERE home.provider_id = post.provider_id),
    (SELECT min(id) FROM core_authority));
SET CONSTRAINTS ALL IMMEDIATE
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_terms_and_newly_qualified'),
        ('placements', '0004_keys'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='providerpost',
            name='one_provider_at_once',
        ),
        migrations.AddField(
            model_name='historicalproviderpost',
            name='authority',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='core.authority'),
        ),
        migrations.AddField(
            model_name='providerpost',
            name='authority',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.authority'),
        ),
        migrations.RunSQL(APPOINTED_BY, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='providerpost',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.authority'),
        ),
        migrations.AddConstraint(
            model_name='providerpost',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('person', '='), ('provider', '<>'), (children.models.Days('started_on', 'ended_on', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='one_provider_at_once', violation_error_message='This person has a post with another provider on some of these days.'),
        ),
        migrations.AddConstraint(
            model_name='providerpost',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('person', '='), ('authority', '='), (children.models.Days('started_on', 'ended_on', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='one_post_for_a_council_at_once', violation_error_message='This person already has a post with a provider on some of these days.'),
        ),
    ]
