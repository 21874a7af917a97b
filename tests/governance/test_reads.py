"""Every page of a child's file that this floor shows writes down that it was opened, and by whom."""

from django.urls import reverse

from children.models import FileRead
from governance.models import Action
from tests.cast import at
from tests.core.access.world import DAY, TODAY
from tests.governance.round_a_table import Table

LAST = TODAY - 3 * DAY


def test_each_page_of_a_childs_file_is_on_record_as_read(client, cast):
    table = Table(cast, start=TODAY - 60 * DAY)
    table.agrees(table.meets(table.sets_up(), at(LAST, 9), sent=False), at(LAST, 10))
    child, placement = table.child, table.placement
    client.force_login(cast.hana)
    pages = {
        "plans": reverse("governance:plans", args=[child.reference]),
        "search and funding": reverse("governance:commissioning", args=[child.reference]),
        "placement agreement": reverse("governance:agreement", args=[placement.pk]),
        "crisis clock": reverse("governance:crisis", args=[placement.pk]),
        "quality assurance": reverse("governance:quality", args=[placement.pk]),
        "action": reverse("governance:action", args=[Action.objects.get().pk]),
    }
    for page, address in pages.items():
        before = set(FileRead.objects.values_list("pk", flat=True))
        assert client.get(address).status_code == 200, page
        read = FileRead.objects.exclude(pk__in=before).get()
        assert (read.child, read.by, read.page) == (child, cast.hana, page)
