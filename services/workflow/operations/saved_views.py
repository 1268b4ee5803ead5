"""Filters of the desk that officials keep under a name."""

from django.utils.translation import gettext as _

from services.accounts.models import User
from services.workflow.looking import SavedView
from services.workflow.operations.walking import require

MOST_VIEWS = 20


def save_view(by: User, name: str, query: str) -> SavedView:
    """Keep filters under a name; the same name again takes the new filters."""
    require(name.strip(), _("Give the view a name."))
    others = SavedView.objects.filter(user=by).exclude(name=name.strip())
    require(others.count() < MOST_VIEWS, _("You have 20 views already. Remove one first."))
    view, _is_new = SavedView.objects.update_or_create(user=by, name=name.strip(), defaults={"query": query})
    return view
