"""A carer's checks are waived for 48 hours in all, until they are complete: at whatever placements, of whatever councils.

Forty-eight hours at each of several placements are a week of work by somebody nobody has checked. What was waived before
the checks were complete once counts no more. The refusal says nothing of where the other hours were given.
"""

from importlib import import_module

from django.db import migrations

GATES = import_module("staffing.migrations.0003_gates_hold").GATES
START = GATES.index("CREATE FUNCTION staffing_waiver_gate()")
BEFORE = GATES[START : GATES.index("CREATE TRIGGER staffing_waiver_gate")].replace("CREATE", "CREATE OR REPLACE", 1)

NOW = """
CREATE OR REPLACE FUNCTION staffing_waiver_gate() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
DECLARE
    council bigint;
    waived interval;
BEGIN
    PERFORM staffing_sees_what_is_committed();
    IF EXISTS (SELECT FROM core_user WHERE id = NEW.given_by_id AND role = 'commissioner') THEN
        RAISE EXCEPTION 'This was refused. Checks are never waived from commissioning.'
            USING ERRCODE = 'HM001', CONSTRAINT = 'STF-01-WAIVE',
                  HINT = 'In a true emergency ask the team manager, the head of service or the director of children’s services.';
    END IF;
    PERFORM 1 FROM staffing_carer WHERE id = NEW.carer_id FOR NO KEY UPDATE;
    SELECT c.authority_id INTO council FROM placements_placement p JOIN children_child c ON c.id = p.child_id
    WHERE p.id = NEW.placement_id;
    SELECT coalesce(sum(w.ends_at - w.starts_at), interval '0') INTO waived
    FROM staffing_checkwaiver w
    WHERE w.carer_id = NEW.carer_id AND NOT EXISTS (
        -- They are complete from the day of the last of them, if at all.
        SELECT FROM (
            SELECT w.starts_at AS moment
            UNION ALL
            SELECT c.checked_on::timestamp AT TIME ZONE 'Europe/London' FROM staffing_check c
            WHERE c.carer_id = NEW.carer_id AND c.withdrawn_at IS NULL
              AND c.checked_on > (w.starts_at AT TIME ZONE 'Europe/London')::date
              AND c.checked_on <= (NEW.starts_at AT TIME ZONE 'Europe/London')::date
        ) AS since
        WHERE staffing_missing(NEW.carer_id, since.moment, council) = '{}'
    );
    IF waived + (NEW.ends_at - NEW.starts_at) > interval '48 hours' THEN
        RAISE EXCEPTION 'This was refused. Until a carer’s checks are complete they can be waived for 48 hours in all, wherever that is.'
            USING ERRCODE = 'HM001', CONSTRAINT = 'STF-01-WAIVE',
                  HINT = 'Complete the checks with their evidence, or put on a carer whose checks are complete.';
    END IF;
    RETURN NEW;
END $body$;
"""


class Migration(migrations.Migration):
    dependencies = [("staffing", "0010_looked_at_by_name")]
    operations = [migrations.RunSQL(NOW, BEFORE)]
