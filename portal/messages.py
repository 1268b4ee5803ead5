"""The form in which both sides of a request write to each other, once however often its button is pressed."""

import secrets
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.upload_limit import count_uploads, refuse_file
from services.requests.models import Message
from services.requests.supplying import BadEvidence
from services.workflow.refusals import Refused

LONGEST, MOST_AT_ONCE = 4000, 5  # letters of a message or an answer; files
Write = Callable[[str, list[UploadedFile], str], Message | None]


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; each is checked like one."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = [file for file in data or [] if file]
        if len(given) > MOST_AT_ONCE:
            raise forms.ValidationError(_("Add %(count)s files at a time at most.") % {"count": MOST_AT_ONCE})
        return [super(FilesField, self).clean(file, initial) for file in given]


def new_form_key() -> str:
    """Give what names a form on a page that is opened now: two clicks send the same name."""
    return secrets.token_urlsafe(16)


def form_key() -> forms.Field:
    """Give the field that carries the form's name, whatever it is: it is never shown, and refused for nothing."""
    return forms.Field(required=False, widget=forms.HiddenInput, initial=new_form_key)


class MessageForm(forms.Form):
    form_key = form_key()
    text = forms.CharField(
        label=_("Your message"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )
    files = FilesField(label=_("Files"), required=False, help_text=_("PDF, JPEG or PNG, five at a time at most."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_message_%s", **kwargs)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not said.get("text") and not said.get("files"):
            self.add_error("text", _("Write a message or add a file."))
        return said

    def send(self, request: HttpRequest, write: Write) -> bool:
        """Hand the message over; tell whether it was taken. What was refused stands at its field."""
        if not self.is_valid():
            return False
        try:
            count_uploads(request, len(self.cleaned_data["files"]))
            write(self.cleaned_data["text"], self.cleaned_data["files"], self.cleaned_data["form_key"] or "")
        except BadEvidence as bad:
            refuse_file(self, "files", bad)
        except Refused as refused:
            self.add_error(None, str(refused.message))
        return not self.errors
