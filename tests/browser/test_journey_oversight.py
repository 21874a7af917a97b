"""Those who answer for the whole service: each number is its list, and a decision clears what waited for it."""

import re

import pytest

from oversight.models import Flag, FlagAnswer
from oversight.tasks import sweep
from placements.models import Registration, UnregisteredAuthorisation
from tests.browser.story import days_ago, title, today
from tests.cast import at
from tests.oversight import facts

pytestmark = pytest.mark.browser


@pytest.fixture
def service(cast):
    """Three high-risk placements in three states of trouble, and one child nobody need worry about."""

    def placed(forename, days, home, **fields):
        return cast.placement(cast.child(forename=forename, surname="Marlowe"), days_ago(days), home=home, **fields)

    unregistered = cast.home(status=Registration.Status.NOT_REGISTERED, name="The Moorings")
    registered = cast.home(status=Registration.Status.REGISTERED, registered_for="childrens_home", name="Beacon House")
    teya = placed("Teya", 61, unregistered, type="Z12")
    leah = placed("Leah", 40, registered)
    cast.dol_order(leah.child, days_ago(40))
    cast.manager(leah, at(days_ago(40), 9))
    facts.visit(leah, at(days_ago(3), 16), recorded_by=cast.amy)
    nia = placed("Nia", 10, unregistered, type="Z12")
    facts.authorise(nia, at(days_ago(2), 9))
    placed("Quinn", 5, None, type="U6")
    sweep.apply(throw=True)
    return teya


def rows_of(page, row: str) -> int:
    """The rows of a list, over all its pages."""
    found = page.locator(row).count()
    while (more := page.locator("a[rel=next]")).count():
        more.first.click()
        found += page.locator(row).count()
    return found


def test_the_numbers_of_the_directors_page_open_exactly_that_many_rows(cast, service, at_a_browser):
    """The largest and the smallest of each kind, counted on the page; all of them are asked in tests/dashboards."""
    dora = at_a_browser(cast.dora, widths=(1280,)).signs_in()
    dora.follows("Oversight", exact=True)
    links = dora.page.locator("main a[href]").evaluate_all("all => all.map((a) => [a.href, a.innerText])")
    for of_what, row in (("/flags/?", "tbody tr"), ("show=", "article")):
        numbers = [(re.search(r"\d+", words), href) for href, words in links if of_what in href]
        found = sorted((int(number.group()), href) for number, href in numbers if number)
        assert len(found) > 3
        assert found[0][0] < found[-1][0]
        for said, href in (found[0], found[-1]):
            dora.opens(href)
            if row == "tbody tr":
                dora.sees(f"{said} flag")
            assert rows_of(dora.page, row) == said, href
    dora.opens("dashboards:director")
    dora.sees("Teya Marlowe", "Leah Marlowe", "Nia Marlowe")
    dora.does_not_see("Quinn")


def test_dora_authorises_and_only_that_flag_clears(cast, service, at_a_browser):
    dora = at_a_browser(cast.dora).is_signed_in()
    dora.opens("dashboards:my_work")
    dora.sees(title("LEG-05"))
    dora.follows("Authorise, or end the placement for Teya Marlowe")
    dora.sees("offence")
    dora.enters("Reasons for the decision", "Forty-one homes refused.")
    dora.enters("What else was sought", "Every registered home in the region.")
    dora.dates("When does this decision expire?", at(today().replace(year=today().year + 1), 9))
    dora.presses("Authorise", status=422)
    dora.is_told("Enter what is being done to end or register it")
    dora.enters("What is being done to end the placement or register the home", "A place is promised for Monday.")
    dora.presses("Authorise", status=422)
    dora.sees("This authorisation was refused", "7 days at most")
    assert not UnregisteredAuthorisation.objects.filter(placement=service).exists()
    dora.dates("When does this decision expire?", at(today(), 23, 59))
    dora.presses("Authorise")
    dora.sees("Authorisation recorded", "by Dora Kestrel")
    assert title("LEG-05") not in dora.overdue()
    assert title("STF-05L") in dora.overdue()

    flags = Flag.objects.filter(placement=service)
    assert flags.get(rule="LEG-05").cleared_at
    assert flags.standing().filter(rule="STF-05L").exists()
    assert UnregisteredAuthorisation.objects.get(placement=service).authorised_by == cast.dora


def test_who_may_see_the_page_and_who_may_not(cast, service, at_a_browser):
    for user in (cast.hana, cast.dee, cast.sal):
        at_a_browser(user).is_signed_in().opens("dashboards:director").sees("Teya Marlowe")
    for user in (cast.amy, cast.tom, cast.carl, cast.priya, cast.sam):
        at_a_browser(user, widths=(1280,)).is_signed_in().opens("dashboards:director", status=403)
    at_a_browser(cast.duncan, widths=(1280,)).is_signed_in().opens("dashboards:director").does_not_see("Marlowe")
    at_a_browser(cast.dee, widths=(1280,)).is_signed_in().opens("placements:authorise", service.pk, status=403)


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_amy_filters_the_list_and_answers_a_flag_which_does_not_clear_it(cast, service, at_a_browser, javascript):
    amy = at_a_browser(cast.amy, javascript=javascript).is_signed_in()
    amy.opens("oversight:flags")
    everything = Flag.objects.standing().count()
    amy.sees(f"{everything} flags standing")
    amy.page.get_by_text("Filter this list").click()
    amy.picks("Whose", "Mine")
    amy.picks("Rests on", "Local standard")
    amy.picks("Rule", "VIS-07")
    amy.presses("Apply filters")
    mine = Flag.objects.standing().filter(owner=cast.amy, rule="VIS-07")
    amy.sees(f"{mine.count()} flag", "Whose: Mine", "Rests on: Local standard")
    amy.follows("Clear filters")
    amy.sees(f"{everything} flags standing")

    flag = mine.get(placement=service)
    amy.opens("oversight:flag", flag.pk)
    amy.presses("Send answer", status=422)
    amy.is_told("Enter what is being done")
    amy.enters("What is being done?", "I go on Thursday, after school.")
    amy.dates("By when?", days_ago(3))
    amy.presses("Send answer", status=422)
    assert amy.page.get_by_label("What is being done?").input_value() == "I go on Thursday, after school."
    amy.dates("By when?", days_ago(-3))
    amy.presses("Send answer")
    amy.sees(
        "Answer recorded. The flag stands until the record that clears it is made.", "I go on Thursday, after school."
    )
    amy.opens("dashboards:child", service.child.reference)
    amy.unfolds(" more")
    amy.sees(title("VIS-07", "social_worker"), "Answered by Amy Sparrow")

    flag.refresh_from_db()
    assert flag.cleared_at is None
    assert FlagAnswer.objects.get().by == cast.amy
