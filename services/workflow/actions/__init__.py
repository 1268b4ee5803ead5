"""What robots can do, by the names that definitions use: each action is one file here and one line below."""

from importlib import import_module

from services.workflow.actions.kinds import Action

NAMES = (
    "allocate_places",
    "check_evidence",
    "check_photo",
    "check_rule",
    "compare",
    "compute_fee",
    "find_duplicates",
    "find_request",
    "issue_document",
    "letter",
    "notify",
    "registry_lookup",
    "registry_update",
    "remind",
    "request_payment",
    "route_to_office",
    "tacit_decision",
    "webhook_call",
)
ACTIONS: dict[str, Action] = {name: import_module(f"{__name__}.{name}").ACTION for name in NAMES}
FORMS = {name: action.settings for name, action in ACTIONS.items()}
