"""Programs that act for a person: let one, give it a new secret, end it."""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.access import lacks_second_factor
from portal.people import person, posted
from services.accounts.models import User
from services.accounts.tokens import Token
from services.workflow.operations.tokens import OF_OFFICIALS, end_token, make_token, renew_token, scopes_open_to
from services.workflow.refusals import Refused

DAYS = [(30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")), (365, gettext_lazy("A year"))]


class ProgramForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the program"),
        help_text=gettext_lazy("So that you know it again, for example “Accounts of my firm”"),
        max_length=60,
        error_messages={"required": gettext_lazy("Give the program a name.")},
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What may it do?"),
        choices=[],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what the program may do.")},
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("For how long?"), choices=DAYS, initial=90, coerce=int, widget=forms.RadioSelect
    )

    def __init__(self, data: QueryDict | None = None, *, user: User) -> None:
        super().__init__(data)
        offered = [
            scope for scope in scopes_open_to(user) if scope not in OF_OFFICIALS or not lacks_second_factor(user)
        ]
        self.fields["scopes"].choices = [(scope.value, scope.label) for scope in offered]  # type: ignore[attr-defined]


def own_tokens(request: HttpRequest) -> QuerySet[Token]:
    return Token.objects.filter(user=person(request))


@require_http_methods(["GET", "POST"])
@reauthentication_required(allow_get=True)
def programs(request: HttpRequest) -> HttpResponse:
    """List the programs that may act for the person, and let one more."""
    user, secret = person(request), ""
    form = ProgramForm(posted(request), user=user)
    if form.is_valid():
        try:
            _token, secret = make_token(user=user, now=timezone.now(), **form.cleaned_data)
            form = ProgramForm(user=user)
        except Refused as refused:
            form.add_error("name", str(refused.message))
    return _shown(request, form, secret)


@require_http_methods(["GET", "POST"])
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether a program shall get a new secret, and give it."""
    return _renewed(request, get_object_or_404(own_tokens(request), pk=pk))


@reauthentication_required(allow_get=True)
def _renewed(request: HttpRequest, token: Token) -> HttpResponse:
    if request.method == "GET":
        return render(request, "citizens/program_renew.html", {"token": token})
    secret = ""
    try:
        _fresh, secret = renew_token(token, timezone.now())
    except Refused as refused:
        messages.error(request, str(refused.message))
    return _shown(request, ProgramForm(user=person(request)), secret)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether a program shall act no longer, and end it."""
    token = get_object_or_404(own_tokens(request), pk=pk)
    if request.method == "GET":
        return render(request, "citizens/program_end.html", {"token": token})
    try:
        end_token(token, timezone.now())
        messages.success(request, _("“%(name)s” may do nothing in your name any more.") % {"name": token})
    except Refused as refused:
        messages.error(request, str(refused.message))
    return redirect("my_programs")


def _shown(request: HttpRequest, form: ProgramForm, secret: str) -> HttpResponse:
    tokens = own_tokens(request).valid(timezone.now()).order_by("-made_at", "-pk")
    context = {"form": form, "secret": secret, "tokens": tokens}
    return render(request, "citizens/programs.html", context, status=422 if form.errors else 200)
