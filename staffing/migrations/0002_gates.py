"""The gates the database itself keeps, for a form, a copied week, an import and raw SQL alike.

Every writer takes its locks in one order: carers, then shifts, then assignments. A planned shift takes its carer's row
FOR SHARE and a stand-down takes it FOR NO KEY UPDATE, so that of two at the same moment the second sees the first.
"""

from django.db import migrations

GATES = """
-- Which kinds of check a carer lacks on the English day of an instant. The periods are local standards, never looser.
CREATE FUNCTION staffing_missing(carer bigint, moment timestamptz, authority bigint) RETURNS text[]
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
        SELECT c.kind, c.checked_on FROM staffing_check c, standard
        WHERE c.carer_id = carer AND c.withdrawn_at IS NULL AND c.checked_on <= day
          AND (c.valid_until IS NULL OR c.valid_until >= day)
    )
    SELECT coalesce(array_agg(wanted.kind ORDER BY wanted.place), '{}')
    FROM standard, unnest(ARRAY['identity', 'right_to_work', 'dbs', 'reference_last', 'reference_other', 'leaving',
                                'history', 'qualifications']) WITH ORDINALITY AS wanted(kind, place)
    WHERE NOT EXISTS (
        SELECT FROM live
        WHERE live.kind = wanted.kind AND (
            wanted.kind <> 'dbs' OR live.checked_on > dbs_after
            OR EXISTS (SELECT FROM live AS looked_up
                       WHERE looked_up.kind = 'update_service' AND looked_up.checked_on > update_after)
        )
    )
$body$;

CREATE FUNCTION staffing_rota_gate() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
DECLARE
    shift record;
    lacks text[];
BEGIN
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

CREATE TRIGGER staffing_rota_gate BEFORE INSERT OR UPDATE ON staffing_assignment
    FOR EACH ROW EXECUTE FUNCTION staffing_rota_gate();
ALTER TABLE staffing_assignment ENABLE ALWAYS TRIGGER staffing_rota_gate;

CREATE FUNCTION staffing_stand_down_gate() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
BEGIN
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
               SELECT FROM placements_providerpost post
               JOIN staffing_engagement e ON e.agency_id = post.provider_id
               WHERE post.person_id = a.by_id AND e.carer_id = NEW.carer_id
                 AND (post.ended_on IS NULL OR post.ended_on > a.approved_at::date)
                 AND (e.ended_on IS NULL OR e.ended_on > a.approved_at::date)
           ))
    ) THEN
        RAISE EXCEPTION 'This stand-down cannot be lifted yet.'
            USING ERRCODE = 'HM001', CONSTRAINT = 'STF-09-LIFT',
                  HINT = 'It takes safeguarding, the social worker and the placement manager: three people, none from commissioning, none the carer’s employer, and it must not be held.';
    END IF;
    RETURN NEW;
END $body$;

CREATE TRIGGER staffing_stand_down_gate BEFORE INSERT OR UPDATE OR DELETE ON staffing_standdown
    FOR EACH ROW EXECUTE FUNCTION staffing_stand_down_gate();
ALTER TABLE staffing_standdown ENABLE ALWAYS TRIGGER staffing_stand_down_gate;
"""

UNDO = """
DROP TRIGGER staffing_stand_down_gate ON staffing_standdown;
DROP TRIGGER staffing_rota_gate ON staffing_assignment;
DROP FUNCTION staffing_stand_down_gate(), staffing_rota_gate(), staffing_missing(bigint, timestamptz, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("staffing", "0001_initial"), ("core", "0003_terms_and_newly_qualified")]
    operations = [migrations.RunSQL(GATES, UNDO)]
