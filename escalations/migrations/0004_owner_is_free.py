"""What the ladder promises, the database holds too: while an escalation is open, whoever has it is not one of those it never
goes to. Asked at the end of the transaction, since a conflict is named first and then it leaves them."""

from django.db import migrations

FREE = """
CREATE FUNCTION escalations_owner_is_free() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
DECLARE
    about bigint := CASE WHEN TG_TABLE_NAME = 'escalations_escalation' THEN to_jsonb(NEW)->>'id'
                         ELSE to_jsonb(NEW)->>'escalation_id' END::bigint;
BEGIN
    IF EXISTS (
        SELECT FROM escalations_escalation e
        JOIN escalations_conflictofinterest c ON c.escalation_id = e.id AND c.user_id = e.owner_id
        WHERE e.id = about AND e.closed_at IS NULL
    ) THEN
        RAISE EXCEPTION 'An open escalation is never with somebody it is about, or who took the decision it questions'
            USING ERRCODE = '23514', CONSTRAINT = 'escalation_owner_is_free';
    END IF;
    RETURN NULL;
END $body$;

CREATE CONSTRAINT TRIGGER escalations_owner_is_free
    AFTER INSERT OR UPDATE OF owner_id, closed_at ON escalations_escalation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.closed_at IS NULL) EXECUTE FUNCTION escalations_owner_is_free();
CREATE CONSTRAINT TRIGGER escalations_owner_is_free
    AFTER INSERT OR UPDATE ON escalations_conflictofinterest
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION escalations_owner_is_free();
ALTER TABLE escalations_escalation ENABLE ALWAYS TRIGGER escalations_owner_is_free;
ALTER TABLE escalations_conflictofinterest ENABLE ALWAYS TRIGGER escalations_owner_is_free;
REVOKE ALL ON FUNCTION escalations_owner_is_free() FROM PUBLIC;
"""
UNDO = """
DROP TRIGGER escalations_owner_is_free ON escalations_escalation;
DROP TRIGGER escalations_owner_is_free ON escalations_conflictofinterest;
DROP FUNCTION escalations_owner_is_free();
"""


class Migration(migrations.Migration):
    dependencies = [("escalations", "0003_self_gate")]

    operations = [migrations.RunSQL(FREE, UNDO)]
