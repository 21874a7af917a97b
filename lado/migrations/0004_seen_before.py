"""The LADO has what they had already. From here on a matter of conduct is with them once its concern says that they have seen
it (SAF-09, SAF-10); of what was passed on before, nothing says so yet, and all of it would be overdue at once.

It is said where the record shows it: the LADO, or whoever handles a referral in their place, opened that referral (not only
the list of all about one carer), or the LADO themselves decided. What nobody is on record as having seen stays unseen.
"""

from django.db import migrations

SEEN = """
INSERT INTO governance_concernstep (concern_id, kind, text, decision, "to", by_id, happened_at, recorded_at)
SELECT DISTINCT ON (had.concern_id) had.concern_id, 'seen', '', '', '', had.by_id, had.at, now()
FROM (
    SELECT passed.concern_id, passed.by_id, passed.happened_at AS at
    FROM governance_concernstep passed JOIN core_user decider ON decider.id = passed.by_id AND decider.role = 'lado'
    WHERE passed.kind = 'passed'
    UNION ALL
    -- Nothing is seen before it is passed on: else the concern would say that somebody outside had referred it.
    SELECT passed.concern_id, opened.by_id, greatest(opened.recorded_at, passed.happened_at)
    FROM governance_concernstep passed
    JOIN lado_referral referral ON referral.concern_id = passed.concern_id
    JOIN lado_referralread opened ON opened.referral_id = referral.id AND opened.page <> 'worker'
    JOIN core_user reader ON reader.id = opened.by_id AND (reader.role = 'lado' OR reader.id = referral.owner_id)
    WHERE passed.kind = 'passed'
) AS had
WHERE NOT EXISTS (
    SELECT FROM governance_concernstep seen WHERE seen.concern_id = had.concern_id AND seen.kind = 'seen'
)
ORDER BY had.concern_id, had.at, had.by_id;
"""


class Migration(migrations.Migration):
    dependencies = [("lado", "0003_what_was_done_since"), ("governance", "0018_seen_by_lado")]

    operations = [migrations.RunSQL(SEEN, migrations.RunSQL.noop)]
