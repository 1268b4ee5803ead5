"""What robots can do, by the names that definitions use."""

from services.workflow.actions import documents, mail, pure, registries, sms
from services.workflow.actions.kinds import Outside, Pure

PURE: dict[str, Pure] = {
    "check_rule": pure.check_rule,
    "compute_fee": pure.compute_fee,
    "route_to_office": pure.route_to_office,
}
OUTSIDE: dict[str, Outside] = {
    "registry_lookup": registries.LOOKUP,
    "registry_update": registries.UPDATE,
    "issue_document": documents.ISSUE,
    "notify": mail.NOTIFY,
    "text": sms.TEXT,
}
