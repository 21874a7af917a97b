"""The gates where they could be walked round: another isolation level, a removal still to come, an engagement just ended.

What a gate asks it asks of what has been committed by now. Under REPEATABLE READ and SERIALIZABLE it would see the rota
and the stand-downs as they were when its transaction began: the carer's row, locked and not changed by a stand-down,
would raise nothing, nor would a serializable transaction beside one that is not.
"""

from django.db import migrations

GATES = """
CREATE OR REPLACE FUNCTION staffing_sees_what_is_committed() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $body$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'The rota is written under READ COMMITTED only: another level does not see a stand-down made meanwhile'
            USING ERRCODE = 'feature_not_supported';
    END IF;
END $body$;

CREATE OR REPLACE FUNCTION staffing_rota_gate() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
DECLARE
    shift record;
    lacks text[];
BEGIN
    PERFORM staffing_sees_what_is_committed();
    IF NEW.removed_at > clock_timestamp() + interval '5 minutes' THEN  -- by which clocks differ
        RAISE EXCEPTION 'A carer is taken off a shift now, and not at a time to come'
            USING ERRCODE = '23514', CONSTRAINT = 'assignment_removed_by_now';
    END IF;
    IF NEW.removed_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.removed_at IS NULL AND NEW.carer_id = OLD.carer_id AND NEW.shift_id = OLD.shift_id
       AND tstzrange(NEW.starts_at, NEW.ends_at) <@ tstzrange(OLD.starts_at, OLD.ends_at) THEN
        RETURN NEW;  -- less than what was already let through
    END IF;
    PERFORM 1 FROM staffing_carer WHERE id = NEW.carer_id FOR SHARE;
    IF EXISTS (
        SELECT FROM staffing_standdown s
        WHERE s.carer_id = NEW.carer_id
          AND tstzrange(s.starts_at, s.lifted_at) && tstzrange(NEW.starts_at, NEW.ends_at)
    ) THEN
        RAISE EXCEPTION 'This was refused. The carer is stood down and may be put on no shift, anywhere.'
            USING ERRCODE = 'HM001', CONSTRAINT = 'STF-09-ROTA',
                  HINT = 'Choose another carer. A stand-down is lifted only by safeguarding, the social worker and the placement manager together.';
    END IF;
    SELECT p.id AS placement_id, c.authority_id, s.starts_at, s.ends_at INTO shift
    FROM staffing_shift s JOIN placements_placement p ON p.id = s.placement_id JOIN children_child c ON c.id = p.child_id
    WHERE s.id = NEW.shift_id;
    IF NEW.starts_at < shift.starts_at OR NEW.ends_at > shift.ends_at THEN
        RAISE EXCEPTION 'A carer cannot be put on a shift for longer than the shift'
            USING ERRCODE = '23514', CONSTRAINT = 'assignment_within_its_shift';
    END IF;
    lacks := staffing_missing(NEW.carer_id, NEW.ends_at, shift.authority_id);
    IF lacks <> '{}' AND NOT EXISTS (
        SELECT FROM staffing_checkwaiver w
        WHERE w.carer_id = NEW.carer_id AND w.placement_id = shift.placement_id
          AND tstzrange(w.starts_at, w.ends_at) @> tstzrange(NEW.starts_at, NEW.ends_at)
    ) THEN
        RAISE EXCEPTION 'This was refused. The carer’s checks are not complete and in date for that shift.'
            USING ERRCODE = 'HM001', CONSTRAINT = 'STF-01-ROTA',
                  HINT = 'Complete the checks, with their evidence. In a true emergency a manager outside commissioning may waive them for 48 hours.';
    END IF;
    RETURN NEW;
END $body$;

CREATE OR REPLACE FUNCTION staffing_stand_down_gate() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
BEGIN
    PERFORM staffing_sees_what_is_committed();
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A stand-down is lifted, never deleted'
            USING ERRCODE = 'HM001', CONSTRAINT = 'STF-09-LIFT';
    END IF;
    PERFORM 1 FROM staffing_carer WHERE id = NEW.carer_id FOR NO KEY UPDATE;
    IF TG_OP = 'INSERT' THEN
        IF NEW.lifted_at IS NOT NULL THEN
            RAISE EXCEPTION 'A stand-down stands until it is lifted'
                USING ERRCODE = 'HM001', CONSTRAINT = 'STF-09-LIFT';
        END IF;
        IF EXISTS (
            SELECT FROM staffing_assignment a
            WHERE a.carer_id = NEW.carer_id AND a.removed_at IS NULL
              AND tstzrange(a.starts_at, a.ends_at) && tstzrange(NEW.starts_at, NULL)
        ) THEN
            RAISE EXCEPTION 'The carer is still on shifts to come: take them off in the same act'
                USING ERRCODE = 'HM001', CONSTRAINT = 'STF-09-ROTA';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.carer_id, NEW.starts_at) IS DISTINCT FROM (OLD.carer_id, OLD.starts_at)
       OR (OLD.lifted_at IS NOT NULL AND NEW.lifted_at IS DISTINCT FROM OLD.lifted_at) THEN
        RAISE EXCEPTION 'Of a stand-down nothing changes but that it is lifted, once'
            USING ERRCODE = 'HM001', CONSTRAINT = 'STF-09-LIFT';
    END IF;
    IF OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM staffing_standdowncase k
        JOIN staffing_lift l ON l.case_id = k.id AND l.withdrawn_at IS NULL
        JOIN staffing_liftapproval a ON a.lift_id = l.id
        JOIN core_user u ON u.id = a.by_id
        WHERE k.stand_down_id = NEW.id AND NOT k.held
        GROUP BY l.id
        HAVING count(DISTINCT a.seat) = 3 AND count(DISTINCT a.by_id) = 3
           AND bool_and(u.role <> 'commissioner')
           AND bool_and(a.seat <> 'safeguarding' OR u.role IN ('lado', 'safeguarding_lead'))
           AND bool_and(a.seat <> 'social_worker' OR u.role IN ('social_worker', 'team_manager'))
           AND bool_and(a.seat <> 'placement_manager' OR u.role IN ('provider_manager', 'head_of_service'))
           AND bool_and(NOT EXISTS (
               -- Whoever employed the carer when they were stood down: to end that meanwhile, under whatever date, makes
               -- nobody impartial.
               SELECT FROM placements_providerpost post
               JOIN staffing_engagement e ON e.agency_id = post.provider_id
               WHERE post.person_id = a.by_id AND e.carer_id = NEW.carer_id
                 AND (post.ended_on IS NULL OR post.ended_on > (a.approved_at AT TIME ZONE 'Europe/London')::date)
                 AND NOT EXISTS (
                     SELECT FROM staffing_historicalengagement h
                     WHERE h.id = e.id AND h.ended_on <= (NEW.starts_at AT TIME ZONE 'Europe/London')::date
                       AND h.history_date <= NEW.recorded_at
                 )
           ))
    ) THEN
        RAISE EXCEPTION 'This stand-down cannot be lifted yet.'
            USING ERRCODE = 'HM001', CONSTRAINT = 'STF-09-LIFT',
                  HINT = 'It takes safeguarding, the social worker and the placement manager: three people, none from commissioning, none the carer’s employer, and it must not be held.';
    END IF;
    RETURN NEW;
END $body$;

-- Without its case a stand-down would stand with no reason, and nobody could lift it.
CREATE FUNCTION staffing_case_gate() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
BEGIN
    RAISE EXCEPTION 'Why a carer was stood down is never deleted' USING ERRCODE = 'HM001', CONSTRAINT = 'STF-09-LIFT';
END $body$;

CREATE TRIGGER staffing_case_gate BEFORE DELETE ON staffing_standdowncase
    FOR EACH ROW EXECUTE FUNCTION staffing_case_gate();
ALTER TABLE staffing_standdowncase ENABLE ALWAYS TRIGGER staffing_case_gate;

CREATE FUNCTION staffing_waiver_gate() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
BEGIN
    IF EXISTS (SELECT FROM core_user WHERE id = NEW.given_by_id AND role = 'commissioner') THEN
        RAISE EXCEPTION 'This was refused. Checks are never waived from commissioning.'
            USING ERRCODE = 'HM001', CONSTRAINT = 'STF-01-WAIVE',
                  HINT = 'In a true emergency ask the team manager, the head of service or the director of children’s services.';
    END IF;
    RETURN NEW;
END $body$;

CREATE TRIGGER staffing_waiver_gate BEFORE INSERT ON staffing_checkwaiver
    FOR EACH ROW EXECUTE FUNCTION staffing_waiver_gate();
ALTER TABLE staffing_checkwaiver ENABLE ALWAYS TRIGGER staffing_waiver_gate;
"""

# The two functions that were replaced are made anew as they were by whoever goes back further, to 0001 and on again.
UNDO = """
DROP TRIGGER staffing_waiver_gate ON staffing_checkwaiver;
DROP TRIGGER staffing_case_gate ON staffing_standdowncase;
DROP FUNCTION staffing_waiver_gate(), staffing_case_gate();
"""


class Migration(migrations.Migration):
    dependencies = [("staffing", "0002_gates")]
    operations = [migrations.RunSQL(GATES, UNDO)]
