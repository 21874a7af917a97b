"""A stand-down's case and the proposals to lift it stay what they were, whoever asks: raw SQL as the app's role too.

Pointed at another stand-down, a case would lend it the approvals that were given for its own. A proposal deleted or
brought back would make three people have agreed to what they did not.
"""

from django.db import migrations

GATES = """
CREATE FUNCTION staffing_case_kept() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
BEGIN
    IF (NEW.id, NEW.stand_down_id, NEW.authority_id, NEW.placement_id, NEW.reason, NEW.stood_down_by_id)
       IS DISTINCT FROM (OLD.id, OLD.stand_down_id, OLD.authority_id, OLD.placement_id, OLD.reason, OLD.stood_down_by_id) THEN
        RAISE EXCEPTION 'Of why a carer was stood down nothing changes but whether it is held'
            USING ERRCODE = 'HM001', CONSTRAINT = 'STF-09-LIFT';
    END IF;
    RETURN NEW;
END $body$;

CREATE TRIGGER staffing_case_kept BEFORE UPDATE ON staffing_standdowncase
    FOR EACH ROW EXECUTE FUNCTION staffing_case_kept();
ALTER TABLE staffing_standdowncase ENABLE ALWAYS TRIGGER staffing_case_kept;

CREATE FUNCTION staffing_lift_kept() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A proposal to lift a stand-down is withdrawn, never deleted'
            USING ERRCODE = 'HM001', CONSTRAINT = 'STF-09-LIFT';
    END IF;
    IF (NEW.id, NEW.case_id, NEW.reason, NEW.asked_by_id, NEW.asked_at)
       IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.reason, OLD.asked_by_id, OLD.asked_at)
       OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at) THEN
        RAISE EXCEPTION 'Of a proposal to lift a stand-down nothing changes but that it is withdrawn, once'
            USING ERRCODE = 'HM001', CONSTRAINT = 'STF-09-LIFT';
    END IF;
    RETURN NEW;
END $body$;

CREATE TRIGGER staffing_lift_kept BEFORE UPDATE OR DELETE ON staffing_lift
    FOR EACH ROW EXECUTE FUNCTION staffing_lift_kept();
ALTER TABLE staffing_lift ENABLE ALWAYS TRIGGER staffing_lift_kept;
"""

UNDO = """
DROP TRIGGER staffing_lift_kept ON staffing_lift;
DROP TRIGGER staffing_case_kept ON staffing_standdowncase;
DROP FUNCTION staffing_lift_kept(), staffing_case_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("staffing", "0005_found_asleep")]
    operations = [migrations.RunSQL(GATES, UNDO)]
