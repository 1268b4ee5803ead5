"""Building permits: nearly half come incomplete, and every one is judged by several officials."""

from portal.management.simulation.registers import SPOTS, Registers
from portal.management.simulation.stories import CITY_HALLS, Kind, Story, always

CASES = {
    "sound": 34.0,
    "incomplete": 36,
    "too_close": 4,
    "protected": 6,
    "drafted_again": 3,
    "objected": 3,
    "unpaid": 1,
    "never_complete": 2,
    "too_high": 3,
    "dense": 2,
    "zoning": 1.5,
    "heritage": 2,
    "unsafe": 1,
    "not_owner": 1,
    "near": 1,
    "unclear": 0.5,
}
ALL_PAPERS = ["drawings", "drawings", "architect_statement", "photos"]


def tell(story: Story, case: str, known: Registers) -> None:
    story.person = person = known.person(story.city)
    owner = known.person(story.city).pin if case == "not_owner" else person.pin
    zoning = "industrial" if case == "zoning" else "residential"
    latitude, longitude = SPOTS[story.city]
    story.answers = {
        "parcel_number": known.parcel(
            story.city, owner, zoning=zoning, protected_zone=case in ("protected", "heritage")
        ),
        "spot": {"lat": f"{latitude:.6f}", "lon": f"{longitude:.6f}"},
        "works": "extension",
        "area_before": 100,
        "area_added": known.chance.randint(15, 60),
        "footprint": 290 if case == "dense" else 160,
        "floors": 2,
        "height": "12.5" if case in ("too_high", "unclear") else "6.5",
        "cost": "40000",
        "start": story.after(120),
        "border_distance": "2.0" if case in ("too_close", "near") else "4.0",
        "neighbours_informed": True,
        "architect_name": "Rauf Əsədov",
        "architect_licence": "AR-0421",
        "architect_email": "rauf@simulated.example",
    }
    if case in ("too_close", "near"):
        story.answers["close_neighbours"] = [{"name": "Adil Quluzadə"}]
    _tell_of_papers(story, case)
    _tell_what_goes_wrong(story, case)


def _tell_of_papers(story: Story, case: str) -> None:
    complete = [*ALL_PAPERS, *(["neighbour_consent"] if case in ("too_close", "near") else [])]
    if case in ("incomplete", "never_complete"):
        story.papers, story.later = ["drawings"], ["drawings", "architect_statement", "photos"]
    else:
        story.papers = complete


def _tell_what_goes_wrong(story: Story, case: str) -> None:
    refusals = {"too_high": "too_high", "dense": "too_dense", "zoning": "zoning", "not_owner": "no_right"}
    refusals["unclear"] = "incomplete"
    late = {"heritage": "heritage", "unsafe": "unsafe", "near": "too_close"}
    match case:
        case "drafted_again":
            story.says["confirm_permit"] = ["send_back", "confirm"]
        case "objected":
            story.says["objections"] = ["some", "none"]
        case "unpaid":
            story.is_closed(pays=None)
        case "never_complete":
            story.is_closed(adds=None)
        case _ if case in refusals:
            story.is_refused("check", refusals[case])
        case _ if case in late:
            story.says["draft"] = ["propose_refusal"]
            story.says |= {"structure": ["objection"]} if case == "unsafe" else {}
            if case == "heritage":
                story.says |= {f"heritage_{region}": ["objection"] for region in ("absheron", "ganja")}
            story.is_refused("confirm_refusal", late[case])


KIND = Kind("building-permit", always(85), CITY_HALLS, CASES, tell)
