"""What was worked is judged by the papers that were on record by then: papers recorded afterwards change nothing of it.

Without the last instant it is asked of a shift to come, and everything on record counts.
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("staffing.migrations.0007_checks_confirmed").NOW
NOW = BEFORE.replace(
    "authority bigint) RETURNS", "authority bigint, on_record_by timestamptz DEFAULT NULL) RETURNS"
).replace(
    "c.withdrawn_at IS NULL AND",
    "c.withdrawn_at IS NULL AND (on_record_by IS NULL OR c.recorded_at <= on_record_by) AND",
)
DROP = "DROP FUNCTION staffing_missing(bigint, timestamptz, bigint);"
DROP_NOW = "DROP FUNCTION staffing_missing(bigint, timestamptz, bigint, timestamptz);"


class Migration(migrations.Migration):
    dependencies = [("staffing", "0008_put_back_and_withdrawn")]
    operations = [migrations.RunSQL(DROP + NOW, DROP_NOW + BEFORE)]
