"""What makes a check one is said of each, and stored: a photograph seen, an enhanced certificate with the barred list, a
reference from the last employer, a verified reason for leaving, a full history with its gaps explained, proof of the
right to work.

Of a check recorded before nobody can tell whether it was so. It stays on record and counts no more, until it is recorded
again with the document that is kept.
"""

from django.db import migrations, models

MISSING = """
CREATE OR REPLACE FUNCTION staffing_missing(carer bigint, moment timestamptz, authority bigint) RETURNS text[]
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $body$
    WITH facts AS (
        SELECT (moment AT TIME ZONE 'Europe/London')::date AS day
    ), standard AS (
        SELECT day,
               day - make_interval(months => least(36, coalesce((
                   SELECT value FROM core_localstandard s
                   WHERE s.authority_id = authority AND s.key = 'STF-01 DBS' AND s.effective_from <= day
                   ORDER BY s.effective_from DESC LIMIT 1), 36))) AS dbs_after,
               day - make_interval(months => least(12, coalesce((
                   SELECT value FROM core_localstandard s
                   WHERE s.authority_id = authority AND s.key = 'STF-01 update service' AND s.effective_from <= day
                   ORDER BY s.effective_from DESC LIMIT 1), 12))) AS update_after
        FROM facts
    ), live AS (
        SELECT c.kind, c.checked_on, {confirmed} FROM staffing_check c, standard
        WHERE c.carer_id = carer AND c.withdrawn_at IS NULL AND c.checked_on <= day
          AND (c.valid_until IS NULL OR c.valid_until >= day)
    )
    SELECT coalesce(array_agg(wanted.kind ORDER BY wanted.place), '{{}}')
    FROM standard, {wanted}
    WHERE NOT EXISTS (
        SELECT FROM live
        WHERE live.kind = wanted.kind {and_confirmed} AND (
            wanted.kind <> 'dbs' OR live.checked_on > dbs_after
            OR EXISTS (SELECT FROM live AS looked_up
                       WHERE looked_up.kind = 'update_service' AND looked_up.checked_on > update_after)
        )
    )
$body$;
"""
NOW = MISSING.format(
    confirmed="c.confirmed",
    and_confirmed="AND live.confirmed @> wanted.facts::jsonb",
    wanted="""(VALUES
        (1, 'identity', '["photo_seen"]'),
        (2, 'right_to_work', '["proof_seen"]'),
        (3, 'dbs', '["enhanced", "barred_list"]'),
        (4, 'reference_last', '["last_employer"]'),
        (5, 'reference_other', '[]'),
        (6, 'leaving', '["verified"]'),
        (7, 'history', '["full", "gaps_explained"]'),
        (8, 'qualifications', '[]')
    ) AS wanted(place, kind, facts)""",
)
BEFORE = MISSING.format(
    confirmed="c.recorded_at",
    and_confirmed="",
    wanted="""unnest(ARRAY['identity', 'right_to_work', 'dbs', 'reference_last', 'reference_other', 'leaving',
        'history', 'qualifications']) WITH ORDINALITY AS wanted(kind, place)""",
)


def confirmed() -> models.JSONField:
    help_text = "What the law asks of this kind of check, each said to be so."
    return models.JSONField(blank=True, default=list, help_text=help_text)


class Migration(migrations.Migration):
    dependencies = [("staffing", "0006_cases_and_lifts_kept")]
    operations = [
        migrations.AddField("check", "confirmed", confirmed()),
        migrations.AddField("historicalcheck", "confirmed", confirmed()),
        migrations.RunSQL(NOW, BEFORE),
    ]
