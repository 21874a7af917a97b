"""What falls due for many carers of one placement is one line for each thing asked, not one for each of them."""

from children.models import Child
from dashboards.flags import Line, gathered
from dashboards.links import Link
from placements.models import Placement

HERE, THERE = Placement(pk=1), Placement(pk=2)


def line(title, about="", placement=HERE, when="Due in 2 days", remedy=None):
    return Line(title, "local standard", Child(), placement, when, "4 March 2026", "soon", about, remedy=remedy)


def test_the_same_for_several_is_one_line_and_the_soonest_is_said():
    lines = [line("Supervision", about, when=f"Due in {day} days") for day, about in enumerate("ABCDE", start=2)]
    [found] = gathered(lines)
    assert (found.when_words, found.about) == ("Due in 2 days, the first of 5", "A, B, C and 2 more")


def test_what_is_asked_once_and_what_is_asked_elsewhere_stay_apart():
    lines = [line("Visit"), line("Supervision", "A"), line("Supervision", "A", THERE), line("Supervision", "B")]
    found = gathered(lines)
    assert [(each.title, each.about, each.placement) for each in found] == [
        ("Visit", "", HERE),
        ("Supervision", "A, B", HERE),
        ("Supervision", "A", THERE),
    ]
    assert found[0] is lines[0]
    assert found[2] is lines[2]


def test_what_puts_it_right_is_offered_where_one_page_does_it_for_them_all():
    rota, ada, bea = Link("See the rota", "/rota"), Link("Carer", "/ada"), Link("Carer", "/bea")
    [same] = gathered([line("Cover", "Monday", remedy=rota), line("Cover", "Tuesday", remedy=rota)])
    [different] = gathered([line("Supervision", "A", remedy=ada), line("Supervision", "B", remedy=bea)])
    assert same.remedy == rota
    assert different.remedy is None
