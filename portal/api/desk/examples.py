"""What OpenAPI shows as examples of the work of desks."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

REQUEST = "6c1f0a4e-2b53-4d57-9c1b-0f3f6c6f2f10"
OTHER = "0b0c7a52-93f1-4b86-8a55-0d8c2f7e4a31"
TASK: dict[str, Any] = {
    "id": 4711,
    "request": REQUEST,
    "reference": "K7M2-9QXD-4T",
    "service": "building-permit",
    "step": "judge",
    "title": "Judge the plan",
    "desk": {"id": 12, "code": "permits", "name": "Permits", "allows_picking": True},
    "state": "open",
    "due_at": "2026-03-16T19:59:59.999999Z",
    "is_late": False,
    "held_by": "",
    "is_held_by_you": False,
    "claimed_at": None,
    "needs_second_official": False,
    "is_from_robot": False,
}
MINE = {**TASK, "held_by": "Bruno", "is_held_by_you": True, "claimed_at": "2026-03-02T08:00:00Z"}
NEXT_PAGE = "https://portal.example.org/api/desk/tasks/?cursor=2026-03-16T19%3A59%3A59.999999%2B00%3A00~4711"
REFUSAL = {"outcome": "no", "reason": "unfit", "words": "The house stands less than 3 m from the border."}

A_PAGE = OpenApiExample("A page of the queue", {"next": NEXT_PAGE, "results": [TASK]}, response_only=True)
A_TASK = OpenApiExample("A task in your hands", MINE, response_only=True, status_codes=["200"])
TO_DECIDE = OpenApiExample("A refusal", REFUSAL, request_only=True)
A_DECISION = OpenApiExample(
    "It can be undone for 30 seconds",
    {**REFUSAL, "takes_effect_at": "2026-03-02T08:00:30Z"},
    response_only=True,
    status_codes=["202"],
)
A_QUESTION = OpenApiExample(
    "About one answer", {"text": "The plan shows five rooms. Which is right?", "field": "rooms"}, request_only=True
)
A_PURPOSE = OpenApiExample("On the phone", {"purpose": "present"}, request_only=True)
TO_ANOTHER_AGENCY = OpenApiExample(
    "To the fire brigade",
    {"desk": 31, "question": "Is the second stairway wide enough?", "days": 10, "answers": ["rooms"]},
    request_only=True,
)
A_NAME = OpenApiExample("By name", {"words": "Aysel Mammadova"}, request_only=True)
TO_TAKE_MANY = OpenApiExample("Take them", {"act": "claim", "tasks": [4711, 4712]}, request_only=True)
TO_A_DESK = OpenApiExample("To another desk", {"desk": 13}, request_only=True)
A_TIE = OpenApiExample("A neighbour", {"words": "The applicant is my neighbour."}, request_only=True)
A_REVOCATION = OpenApiExample(
    "Issued by mistake",
    {"reason": "The permit names another house than the one that was asked for."},
    request_only=True,
)
FOUND_DONE = OpenApiExample("The entry is there", {"was_done": True, "receipt": "R-4711"}, request_only=True)
AN_ANSWER = OpenApiExample(
    "With a day", {"words": "The expert was ill. Your permit will be decided by 20 March."}, request_only=True
)
AN_ABSENCE = OpenApiExample(
    "With a stand-in",
    {"user": REQUEST, "first_day": "2026-07-01", "last_day": "2026-07-14", "stand_in": OTHER},
    request_only=True,
)
AN_EXTENSION = OpenApiExample(
    "The expert needs longer", {"reason": "The expert on protected houses answers in June."}, request_only=True
)
