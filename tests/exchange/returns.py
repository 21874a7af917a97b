"""Small invented returns for tests: rows as text, the way councils send them."""

import datetime as dt
import itertools
from pathlib import Path

from django.db import connection

from children.models import CareEpisode, Child, LegalStatus
from core import clock
from exchange.importing import import_folder, problems, result
from exchange.models import ReturnEpisode
from placements.models import Placement

AS_OF = clock.at_local(dt.date(2026, 3, 2), dt.time(12))
HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
_folders = itertools.count()


def child(number="1001", sex="2", dob="14/05/2008", ethnic="WBRI", upn="", mother="", mc_dob=""):
    return f"{number},{sex},{dob},{ethnic},{upn},{mother},{mc_dob}"


def episode(number="1001", decom="01/06/2019", dec="", *, rne="S", ls="C2", cin="N1", place="U6", provider="PR1",
            rec=None, why="", post="ZZ1 1AA", urn="1234567"):  # fmt: skip
    rec = rec if rec is not None else ("X1" if dec else "")
    return f"{number},{decom},{rne},{ls},{cin},{place},{provider},{dec},{rec},{why},ZZ9 9ZZ,{post},{urn}"


def table(*rows):
    return "\n".join(rows) + "\n"


class Council:
    """An authority and a place to put its returns."""

    def __init__(self, authority, folder: Path):
        self.authority, self.folder = authority, folder

    def files(self, **files) -> Path:
        """A folder of files: `files(header_2019=…)` is header_2019.csv; bytes are written as they are."""
        folder = self.folder / str(next(_folders))
        folder.mkdir(parents=True)
        for name, content in files.items():
            path = folder / (name.replace("__", ".") if "__" in name else f"{name}.csv")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    def take(self, folder=None, *, year=None, as_of=AS_OF, **files) -> dict:
        """Import a folder; what it came to, with its problems as (code, file, line)."""
        run = import_folder(folder or self.files(**files), authority=self.authority, year=year, as_of=as_of)
        counts = result(run)
        assert counts["rows_read"] == sum(
            counts[name] for name in ("created", "updated", "unchanged", "quarantined", "rejected")
        )
        assert counts["episodes"] == ReturnEpisode.objects.filter(authority=self.authority).count()
        return counts | {"problems": list(problems(run)), "run": run}

    def take_one(self, *episodes, year=2019, headers=(), **kwargs) -> dict:
        """Import a year of one file of episodes and the children's headers."""
        numbers = sorted({row.split(",")[0] for row in episodes})
        headers = headers or [child(number) for number in numbers]
        return self.take(
            **{f"header_{year}": table(HEADER, *headers), f"episodes_{year}": table(EPISODES, *episodes)}, **kwargs
        )

    def episode(self, decom, number="1001") -> ReturnEpisode:
        return ReturnEpisode.objects.get(authority=self.authority, child_number=number, decom=decom)


def codes(outcome) -> list[str]:
    return sorted(problem["code"] for problem in outcome["problems"])


def placements(number="1001"):
    rows = Placement.objects.filter(child__external_id=number).order_by("started_on", "ended_on")
    return [(r.type, r.started_on, r.ended_on) for r in rows]


def statuses(number="1001"):
    rows = LegalStatus.objects.filter(child__external_id=number).order_by("started_on", "ended_on")
    return [(r.code, r.started_on, r.ended_on) for r in rows]


def care(number="1001"):
    rows = CareEpisode.objects.filter(child__external_id=number).order_by("started_on", "ended_on")
    return [(r.started_on, r.ended_on, r.end_reason) for r in rows]


def everything(authority) -> dict:
    """All that imports have made of an authority's children, without the numbers the database gave."""
    of = {"child__authority": authority}
    return {
        "children": sorted(
            Child.objects.filter(authority=authority).values_list(
                "external_id", "sex", "date_of_birth", "ethnicity", "upn", "is_mother", "own_childs_birth", "unaccompanied"
            )
        ),
        "episodes": sorted(
            str(row) for row in ReturnEpisode.objects.filter(authority=authority).values_list(
                "child_number", "decom", "year", "given", "state", "reason_code", "child__external_id"
            )
        ),
        "care": sorted(
            str(row) for row in CareEpisode.objects.filter(**of).values_list(
                "child__external_id", "started_on", "ended_on", "need", "end_reason"
            )
        ),
        "statuses": sorted(
            str(row) for row in LegalStatus.objects.filter(**of).values_list(
                "child__external_id", "code", "started_on", "ended_on"
            )
        ),
        "placements": sorted(
            str(row) for row in Placement.objects.filter(**of).values_list(
                "child__external_id", "type", "started_on", "ended_on", "end_reason", "postcode", "urn", "until_18", "provider_kind"
            )
        ),
    }  # fmt: skip


def history_rows() -> int:
    """How many history rows there are of the records an import makes."""
    total = 0
    with connection.cursor() as cursor:
        for model in (Child, CareEpisode, LegalStatus, Placement, ReturnEpisode):
            cursor.execute(f"SELECT count(*) FROM {model.history.model._meta.db_table}")
            total += cursor.fetchone()[0]
    return total


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
