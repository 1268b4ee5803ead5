"""Take another portal's service from its signed package into a draft, and look what became of it there."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.managers.drafts import told_differences
from portal.managers.own import own_draft, own_service
from portal.people import person, posted
from services.catalogue.definition import Definition
from services.catalogue.differences import differences
from services.catalogue.models import DefinitionDraft, DraftOrigin
from services.catalogue.packages import LARGEST, BadPackage, Package, fingerprint_of, read_package
from services.catalogue.sharing import CannotLook, Here, UnknownKey, newest_of, take_package
from services.ledger.keys import verifiers
from services.workflow.actions import FORMS
from services.workflow.operations.knowledge import guidance_by_step

REASONS = {
    "too_large": gettext_lazy("This file is too large to be a package. Choose another."),
    "no_json": gettext_lazy("This file is no package: it can’t be read as JSON. Choose another."),
    "other_format": gettext_lazy("This file is no package of a kind that is known here. Ask for one of format 1."),
    "incomplete": gettext_lazy("This package lacks a part, or a part has another shape. Ask for it anew."),
    "changed": gettext_lazy("This package was changed after it was signed. Ask for it anew, and take nothing of it."),
    "not_signed": gettext_lazy("The signature isn’t by the key that the package names. Ask for it anew."),
}


class PackageForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Package"),
        help_text=gettext_lazy("The file that the other portal gives, at most 1 MB."),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".json"}),
        error_messages={"required": gettext_lazy("Choose a file.")},
    )
    fingerprint = forms.CharField(
        label=gettext_lazy("Fingerprint of the other portal’s key"),
        help_text=gettext_lazy(
            "Only for the first package of a portal. Ask its people by another way than the one by which the file came."
        ),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr", "spellcheck": "false"}),
    )

    def clean_file(self) -> Package:
        file: UploadedFile = self.cleaned_data["file"]
        try:
            return read_package(file.read(LARGEST + 1))
        except BadPackage as bad:
            raise forms.ValidationError(REASONS[bad.reason]) from None


@require_http_methods(["GET", "POST"])
def package(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a package; check it, and keep its definition as a draft."""
    service = own_service(request, code)
    form = PackageForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        draft = taken(form, partial(take_package, service, by=person(request), now=timezone.now(), here=here()))
        if draft is not None:
            return redirect("managers_draft", code=code, pk=draft.pk)
    keys = verifiers(settings.KEYS_DIR)
    context: dict[str, object] = {"service": service, "form": form, "guided": guidance_by_step(service)}
    context["fingerprint"] = fingerprint_of(keys[-1]) if keys else ""
    return render(request, "managers/package.html", context, status=422 if form.errors else 200)


def here() -> Here:
    return Here(settings.BASE_URL, settings.KEYS_DIR, FORMS)


def taken(form: PackageForm, take: Callable[[Package, str], DefinitionDraft]) -> DefinitionDraft | None:
    """Take what a sound form holds; where that is refused, tell why at its field and give None."""
    package, fingerprint = form.cleaned_data["file"], form.cleaned_data["fingerprint"]
    try:
        return take(package, fingerprint)
    except UnknownKey:
        form.add_error("fingerprint", _not_this_key(package, fingerprint))
    except BadPackage as bad:
        form.add_error("file", REASONS[bad.reason])
    return None


def _not_this_key(package: Package, fingerprint: str) -> str:
    known = {"origin": package.content.origin}
    if fingerprint:
        return _("This isn’t the key that signed the package of %(origin)s. Ask again, or take nothing of it.") % known
    return _("The key of %(origin)s isn’t known here. Ask its people for its fingerprint and enter it.") % known


@require_POST
def look(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Fetch what the origin of a draft publishes by now, and show what differs from what was taken."""
    draft = own_draft(request, code, pk)
    origin = get_object_or_404(DraftOrigin, draft=draft)
    context: dict[str, object] = {"service": draft.service, "draft": draft, "origin": origin}
    try:
        newest = newest_of(origin, settings.BASE_URL)
        told = (newest.content.version, newest.content.definition)
        context |= {"newest": newest.content, "is_same": told == (origin.version, origin.definition)}
        taken, now = (Definition.model_validate(one) for one in (origin.definition, newest.content.definition))
        context["differences"] = told_differences(differences(taken, now))
    except CannotLook:
        context["cannot_look"] = True
    except ValueError:
        context["cannot_compare"] = True
    return render(request, "managers/origin.html", context)
