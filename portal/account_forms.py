"""What the account's forms do otherwise than the library's."""

import struct
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.webauthn import forms
from django.utils.translation import gettext_lazy as _

from portal.field_faults import ACCOUNT, SECOND_FACTOR
from portal.fields import as_seen

NO_ANSWER = (AttributeError, KeyError, TypeError, ValueError, struct.error)


class Adapter(DefaultAccountAdapter):
    error_messages = {**DefaultAccountAdapter.error_messages, **ACCOUNT}

    def clean_email(self, email: str) -> str:
        """Take an e-mail address whose letters are what they look like."""
        as_seen(email)
        return str(super().clean_email(email))


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {**DefaultMFAAdapter.error_messages, **SECOND_FACTOR}


def answer_of_a_key(read: Callable[[], Any]) -> Any:
    """Refuse what no key answers: the library reads its parts without looking whether they are there."""
    try:
        return read()
    except NO_ANSWER:
        raise get_adapter().validation_error("incorrect_code") from None


class AddPasskeyForm(forms.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")

    def clean(self) -> Any:
        return answer_of_a_key(super().clean)


class SecondStepForm(forms.AuthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        return answer_of_a_key(super().clean_credential)


class SignInByPasskeyForm(forms.LoginWebAuthnForm):
    def clean_credential(self) -> Any:
        return answer_of_a_key(super().clean_credential)


class ConfirmByPasskeyForm(forms.ReauthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        return answer_of_a_key(super().clean_credential)


class EditPasskeyForm(forms.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
