"""A block of funding may be ended early, and nothing else of it changes: whoever asks, raw SQL as the app's role too.

It was a note that is never written again; from here on it is tracked. What stood until now is the first line of its
history.
"""

import core.fields
import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from django.db import migrations, models

KEPT = """
-- It was insert-only until now; what its tracking needs is installed after migrating.
DROP TRIGGER IF EXISTS held_append_only ON governance_funding;

CREATE FUNCTION governance_funding_kept() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
DECLARE
    may_change text[] := ARRAY['stopped_on', 'stop_approved_on', 'stop_approved_by', 'stop_why'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A block of funding is ended early, never deleted'
            USING ERRCODE = '23514', CONSTRAINT = 'funding_kept';
    END IF;
    IF to_jsonb(NEW) - may_change IS DISTINCT FROM to_jsonb(OLD) - may_change
       OR (OLD.stopped_on IS NOT NULL AND (NEW.stopped_on IS NULL OR NEW.stopped_on > OLD.stopped_on)) THEN
        RAISE EXCEPTION 'Of a block of funding nothing changes but that it ends early, and then earlier'
            USING ERRCODE = '23514', CONSTRAINT = 'funding_kept';
    END IF;
    RETURN NEW;
END $body$;

CREATE TRIGGER governance_funding_kept BEFORE UPDATE OR DELETE ON governance_funding
    FOR EACH ROW EXECUTE FUNCTION governance_funding_kept();
ALTER TABLE governance_funding ENABLE ALWAYS TRIGGER governance_funding_kept;

INSERT INTO governance_historicalfunding (
    id, starts_on, ends_on, weekly_cost, approved_on, approved_by, why, health_said, education_said, why_not_asked,
    stop_approved_by, stop_why, placement_id, recorded_by_id, recorded_at,
    history_type, history_date, history_user_id, history_change_reason, db_user)
SELECT id, starts_on, ends_on, weekly_cost, approved_on, approved_by, why, health_said, education_said, why_not_asked,
       '', '', placement_id, recorded_by_id, recorded_at, '+', recorded_at, recorded_by_id, 'record_funding', ''
FROM governance_funding ORDER BY id;
"""
UNDO = """
DROP TRIGGER governance_funding_kept ON governance_funding;
DROP FUNCTION governance_funding_kept();
DROP TRIGGER IF EXISTS held_history_insert ON governance_funding;
DROP TRIGGER IF EXISTS held_history_update ON governance_funding;
DROP TRIGGER IF EXISTS held_history_delete ON governance_funding;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0007_funding_once'),
        ('placements', '0006_managers_away'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalFunding',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('db_user', models.TextField(default='', help_text='The database user that wrote, for writes outside any action.')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(help_text='The last day that is paid for.')),
                ('weekly_cost', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='cost a week, in pounds')),
                ('approved_on', models.DateField()),
                ('approved_by', models.CharField(max_length=200, verbose_name='who approved it, and by what authority')),
                ('why', models.TextField(verbose_name='why it was approved')),
                ('health_said', models.TextField(blank=True, verbose_name='what health said')),
                ('education_said', models.TextField(blank=True, verbose_name='what education said')),
                ('why_not_asked', models.TextField(blank=True, verbose_name='why they were not asked')),
                ('stopped_on', models.DateField(blank=True, help_text='The first day not paid for.', null=True, verbose_name='ended early on')),
                ('stop_approved_on', models.DateField(blank=True, null=True, verbose_name='its early end approved on')),
                ('stop_approved_by', models.CharField(blank=True, max_length=200, verbose_name='who approved its early end')),
                ('stop_why', models.TextField(blank=True, verbose_name='why it ended early')),
                ('recorded_at', core.fields.RecordedAt(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical funding',
                'verbose_name_plural': 'historical funding',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.RemoveConstraint(
            model_name='funding',
            name='funding_once',
        ),
        migrations.AddField(
            model_name='funding',
            name='stop_approved_by',
            field=models.CharField(blank=True, max_length=200, verbose_name='who approved its early end'),
        ),
        migrations.AddField(
            model_name='funding',
            name='stop_approved_on',
            field=models.DateField(blank=True, null=True, verbose_name='its early end approved on'),
        ),
        migrations.AddField(
            model_name='funding',
            name='stop_why',
            field=models.TextField(blank=True, verbose_name='why it ended early'),
        ),
        migrations.AddField(
            model_name='funding',
            name='stopped_on',
            field=models.DateField(blank=True, help_text='The first day not paid for.', null=True, verbose_name='ended early on'),
        ),
        migrations.AddConstraint(
            model_name='funding',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('placement', '='), (models.Func('starts_on', django.db.models.functions.comparison.Coalesce('stopped_on', models.ExpressionWrapper(django.db.models.expressions.CombinedExpression(models.F('ends_on'), '+', models.Value(1)), output_field=models.DateField())), models.Value('[)'), function='daterange'), '&&')], name='funding_once', violation_error_message='Some of these days are paid for already. Begin the day after the last of them.'),
        ),
        migrations.AddConstraint(
            model_name='funding',
            constraint=models.CheckConstraint(condition=models.Q(('stopped_on__isnull', True), models.Q(('stop_approved_on__isnull', False), ('stopped_on__gte', models.F('starts_on')), ('stopped_on__lte', models.F('ends_on')), models.Q(('stop_approved_by', ''), _negated=True), models.Q(('stop_why', ''), _negated=True)), _connector='OR'), name='funding_stopped_within', violation_error_message='A block ends early on one of its own days, with who approved that and why.'),
        ),
        migrations.AddField(
            model_name='historicalfunding',
            name='history_user',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalfunding',
            name='placement',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='placements.placement'),
        ),
        migrations.AddField(
            model_name='historicalfunding',
            name='recorded_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunSQL(KEPT, UNDO),
    ]
