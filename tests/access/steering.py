"""What a manager of a town sets down about its service."""

from datetime import datetime, timedelta

from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import Service
from services.transparency.operations import set_target, write_remark
from services.transparency.promises import make_promise
from services.transparency.steering import Promise, Remark, Target


def steered(name: str, manager: User, now: datetime) -> tuple[Target, Remark, Promise]:
    """Give a target, a remark and a promise of the service of the town's own."""
    known = {"service": Service.objects.get(code=f"own-{name}"), "by": manager, "now": now}
    words, today = {"en": f"Secret of {name}"}, timezone.localdate(now)
    target = set_target(measure="on_time", value=90, by_date=today + timedelta(days=300), **known)
    remark = write_remark(first_day=today, last_day=None, words=words, is_public=False, **known)
    promise = make_promise(
        heard={"en": "‹Slow›"}, promised={"en": "‹Quicker›"}, by_date=today + timedelta(days=300), **known
    )
    return target, remark, promise
