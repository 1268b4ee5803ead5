"""Apply for somebody else: who it is for, what one is to them, why, and how far the mandate goes."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import lacks_second_factor
from portal.attempts import attempt
from portal.citizens.applying_drafts import own_draft
from portal.citizens.applying_offices import ChosenOffice, offices_of
from portal.citizens.applying_typing import prefilled
from portal.citizens.beginning import to_first_page
from portal.citizens.rights import actor_on, own_request
from portal.fields import IdentifierField, PhoneNumberField, as_seen
from portal.people import person, posted
from portal.upload_limit import answered, count_uploads, refuse_file
from services.agencies.models import Office
from services.catalogue.models import Service
from services.requests.assistance import MANDATE, MOST_MANDATES, PROVED_BY_PAPER, Assistance, Relation
from services.requests.evidence import Evidence
from services.requests.models import Draft
from services.requests.operations import keep_evidence
from services.requests.supplying import CONTENT_TYPES, BadEvidence, LookedOver, look_over
from services.workflow.operations.assisting import begin_help, change_help, end_assistance
from services.workflow.operations.walking import citizen
from services.workflow.queries import serves_at_counter
from services.workflow.refusals import Refused

PERSON = ("name", "personal_identifier", "email", "phone", "language")


class HelpForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the person whom you help"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        error_messages={"required": gettext_lazy("Write whom you help.")},
    )
    personal_identifier = IdentifierField(
        label=gettext_lazy("The person’s personal identifier"),
        help_text=gettext_lazy("With it the request appears in the person’s own account, too."),
    )
    email = forms.EmailField(
        label=gettext_lazy("The person’s e-mail address"),
        help_text=gettext_lazy("The person is told there that you have sent a request."),
        required=False,
        validators=[as_seen],
        widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    phone = PhoneNumberField(label=gettext_lazy("The person’s phone"))
    language = forms.ChoiceField(label=gettext_lazy("Language of letters to the person"), choices=settings.LANGUAGES)
    relation = forms.ChoiceField(
        label=gettext_lazy("What are you to the person?"),
        choices=Relation.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you are to the person whom you help.")},
    )
    mandate = forms.FileField(
        label=gettext_lazy("The mandate, or the paper that shows that you represent the person"),
        help_text=gettext_lazy("PDF, JPEG or PNG. Volunteers and officials need none: the person is beside them."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why do you ask for it instead of the person?"),
        help_text=gettext_lazy("The office and the person read it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write why you ask for it instead of the person.")},
    )
    may_follow = forms.BooleanField(
        label=gettext_lazy("I also follow the request, answer questions and add papers for the person"), required=False
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("The person knows of this and agrees to it, or the law lets me act without it"),
        error_messages={
            "required": gettext_lazy("You may only act for somebody who agrees to it. Ask them, then tick the box.")
        },
    )

    def __init__(self, *args: Any, at_counter: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not at_counter:
            offered = [choice for choice in Relation.choices if choice[0] != Relation.OFFICIAL]
            self.fields["relation"].choices = offered  # type: ignore[attr-defined]

    @property
    def person(self) -> dict[str, str]:
        return {name: value for name in PERSON if (value := self.cleaned_data[name])}

    def assistance(self, name: str) -> Assistance:
        """Give the help that was told of."""
        said = self.cleaned_data
        return Assistance.told(said["relation"], said["reason"], name, may_follow=said["may_follow"])


@require_http_methods(["GET", "POST"])
def begin_for(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whom a request is for, and start its draft."""
    service = get_object_or_404(Service.objects.published().with_current(), code=code)
    assert service.current is not None
    if "online" not in service.current.definition.channels or service.current.definition.is_appeal:
        raise Http404
    choice = ChosenOffice(offices_of(service), None, request.POST.get("office", ""))
    return _ask(request, service, choice, None)


@require_http_methods(["GET", "POST"])
def change_for(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change whom a draft is for."""
    draft = own_draft(request, pk)
    if not draft.helped:
        raise Http404
    assert draft.office is not None
    return _ask(request, draft.service, ChosenOffice([draft.office], None, ""), draft)


def _ask(request: HttpRequest, service: Service, choice: ChosenOffice, draft: Draft | None) -> HttpResponse:
    serves = any(serves_at_counter(person(request), office) for office in choice.offices)
    at_counter = serves and not lacks_second_factor(request.user)
    known = {**draft.helped, **draft.assistance, "agreed": True} if draft else {"language": person(request).language}
    form = HelpForm(posted(request), request.FILES or None, initial=known, at_counter=at_counter)
    error = _("Choose the place that shall deal with it.") if request.method == "POST" and not choice.office else ""
    if form.is_valid() and choice.office and (kept := _keep(request, form, service, choice.office, draft)):
        return redirect("apply_check", pk=kept.pk) if draft else to_first_page(kept)
    errors = [{"name": "office", "message": error}] if error else []
    context = {"service": service, "form": form, "choice": choice, "mandates": _mandates(draft)}
    told = {"error": error, "errors": errors}
    status = 422 if form.errors or errors else 200
    return answered(render(request, "citizens/apply_for.html", {**context, **told}, status=status), form)


def _keep(request: HttpRequest, form: HelpForm, service: Service, office: Office, draft: Draft | None) -> Draft | None:
    """Keep who is helped and how; None when something is wrong, which then stands at its field."""
    try:
        mandate = _looked_over(request, form, draft)
        with transaction.atomic():
            return _kept(request, form, service, office, draft, mandate)
    except Refused as refused:
        form.add_error(None, str(refused.message))
    except BadEvidence as bad:
        refuse_file(form, "mandate", bad)
    return None


def _looked_over(request: HttpRequest, form: HelpForm, draft: Draft | None) -> LookedOver | None:
    upload, user, kinds = form.cleaned_data["mandate"], person(request), list(CONTENT_TYPES.values())
    if not upload:
        return None
    count_uploads(request)
    return look_over(draft or user, MANDATE, upload, accept=kinds, by=citizen(user), now=timezone.now())


def _kept(
    request: HttpRequest,
    form: HelpForm,
    service: Service,
    office: Office,
    draft: Draft | None,
    mandate: LookedOver | None,
) -> Draft:
    assert service.current is not None
    definition, user = service.current.definition, person(request)
    helped, assistance = form.person, form.assistance(str(user))
    if draft is None:
        draft = begin_help(service, office, helped, assistance, user, prefilled(definition, helped))
    else:
        change_help(draft, helped, assistance, user)
    _keep_mandate(draft, form, mandate)
    return draft


def _keep_mandate(draft: Draft, form: HelpForm, mandate: LookedOver | None) -> None:
    if mandate:
        keep_evidence(draft, MANDATE, mandate, at_most=MOST_MANDATES, now=timezone.now())
    elif (
        form.cleaned_data["relation"] in PROVED_BY_PAPER and not draft.evidence.accepted().filter(key=MANDATE).exists()
    ):
        raise BadEvidence(_("Add the mandate, or the paper that shows that you represent the person."))


def _mandates(draft: Draft | None) -> list[Evidence]:
    return list(draft.evidence.filter(key=MANDATE)) if draft else []


@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let an assistant follow one's request no longer."""
    seen = own_request(request, pk)

    def ended() -> str:
        end_assistance(seen, actor_on(request, seen), timezone.now())
        return _("Only you can follow your request now.")

    attempt(request, ended)
    return redirect("my_request", pk=pk)
