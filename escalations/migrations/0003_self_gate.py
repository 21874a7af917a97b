"""What ESC-05 refuses, the database refuses too: an answer or a closing by somebody it is about; and only what the sweep made
of flags is closed by records."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q

GATE = """
CREATE FUNCTION escalations_self_gate() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $body$
DECLARE
    about bigint;
    person bigint;
BEGIN
    IF TG_TABLE_NAME = 'escalations_escalation' THEN
        about := NEW.id; person := NEW.closed_by_id;
        IF person IS NOT DISTINCT FROM NEW.raised_by_id THEN
            RETURN NEW;  -- whoever raised it accepts the answer, also where it is about them
        END IF;
    ELSE
        about := NEW.escalation_id; person := NEW.by_id;
    END IF;
    IF EXISTS (SELECT FROM escalations_conflictofinterest c WHERE c.escalation_id = about AND c.user_id = person) THEN
        RAISE EXCEPTION 'This was refused. Nobody answers or closes an escalation about what they did or decided.'
            USING ERRCODE = 'HM001', CONSTRAINT = 'ESC-05-SELF', HINT = 'It is for whoever has it. Tell them what you know.';
    END IF;
    RETURN NEW;
END $body$;

CREATE TRIGGER held_self_closing BEFORE UPDATE OF closed_by_id ON escalations_escalation
    FOR EACH ROW WHEN (NEW.closed_by_id IS NOT NULL) EXECUTE FUNCTION escalations_self_gate();
CREATE TRIGGER held_self_answer BEFORE INSERT ON escalations_escalationstep
    FOR EACH ROW WHEN (NEW.kind = 'answered') EXECUTE FUNCTION escalations_self_gate();
ALTER TABLE escalations_escalation ENABLE ALWAYS TRIGGER held_self_closing;
ALTER TABLE escalations_escalationstep ENABLE ALWAYS TRIGGER held_self_answer;
REVOKE ALL ON FUNCTION escalations_self_gate() FROM PUBLIC;
"""
UNDO = """
DROP TRIGGER held_self_closing ON escalations_escalation;
DROP TRIGGER held_self_answer ON escalations_escalationstep;
DROP FUNCTION escalations_self_gate();
"""


class Migration(migrations.Migration):
    dependencies = [("escalations", "0002_routes")]

    operations = [
        AddConstraintNotValid(  # what was closed before, by what was right then, stays as it is
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=~Q(closed_because="cleared") | Q(automatic=True, source="flags"),
                name="escalation_of_flags_alone_is_closed_by_records",
            ),
        ),
        migrations.RunSQL(GATE, UNDO),
    ]
