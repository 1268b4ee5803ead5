"""What every form tells of what it can't take: the fault and what to do, in place of Django's and allauth's own words.

Here alone, for all fields of a kind: forms of the portal, of the account, those made of models. A form that has more to
say of one of its fields still does, by `error_messages`.
"""

import unicodedata
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from services.catalogue.answer_kinds import (
    NO_ADDRESS,
    NO_DATE,
    NO_NUMBER,
    NO_WHOLE_NUMBER,
    NOT_ALL_OFFERED,
    NOT_OFFERED,
    TOO_LARGE,
    UNKEPT,
)

EMPTY = _("Fill this in.")
Words = dict[str, Any]
FIELDS: dict[type[forms.Field], Words] = {
    forms.Field: {
        "required": EMPTY,
        "null_characters_not_allowed": UNKEPT,
        "max_length": _("Use at most %(limit_value)s characters. Here are %(show_value)s."),
        "min_length": _("Use at least %(limit_value)s characters. Here are %(show_value)s."),
        "min_value": _("Give a number of %(limit_value)s or more."),
        "max_value": _("Give a number of %(limit_value)s or less."),
    },
    forms.EmailField: {"invalid": NO_ADDRESS},
    forms.SlugField: {"invalid": _("Use only letters from a to z, digits, hyphens and underscores.")},
    forms.UUIDField: {"invalid": NOT_OFFERED},
    forms.JSONField: {
        "required": _("No key answered. Hold yours ready, then try again."),
        "invalid": _("The key’s answer can’t be read. Try again."),
    },
    forms.IntegerField: {"invalid": NO_WHOLE_NUMBER},
    forms.FloatField: {"invalid": NO_NUMBER},
    forms.DecimalField: {
        "invalid": NO_NUMBER,
        "max_digits": TOO_LARGE,
        "max_whole_digits": TOO_LARGE,
        "max_decimal_places": _("Use at most %(max)s decimals."),
    },
    forms.DateField: {"invalid": NO_DATE},
    forms.TimeField: {"invalid": _("Give an hour and minutes, like 13:00.")},
    forms.FileField: {
        "required": _("Choose a file."),
        "invalid": _("No file came. Choose it again."),
        "missing": _("No file came. Choose it again."),
        "empty": _("The file is empty. Choose it again."),
        "max_length": _("The name of the file is too long. Give it a shorter one, then choose it again."),
        "contradiction": _("Choose a file, or tick the box to take it away; not both."),
    },
    forms.BooleanField: {"required": _("Tick the box if it is so. Nothing goes on without it.")},
    forms.ChoiceField: {"required": _("Choose an answer."), "invalid_choice": NOT_OFFERED},
    forms.MultipleChoiceField: {"invalid_choice": NOT_ALL_OFFERED, "invalid_list": NOT_ALL_OFFERED},
    forms.ModelChoiceField: {"required": _("Choose an answer."), "invalid_choice": NOT_OFFERED},
    forms.ModelMultipleChoiceField: dict.fromkeys(
        ("invalid_choice", "invalid_list", "invalid_pk_value"), NOT_ALL_OFFERED
    ),
}


def no_unkept(value: object) -> None:
    """Refuse characters that steer machines and aren't text, as the services' forms do; JSON comes as its data."""
    letters = value if isinstance(value, str) else ""
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\r\t" for letter in letters):
        raise forms.ValidationError(UNKEPT, code="null_characters_not_allowed")


def speak_plainly() -> None:
    """Give Django's fields these words; before the first form is made, because each field copies them."""
    for kind, words in FIELDS.items():
        kind.default_error_messages = {**kind.__dict__.get("default_error_messages", {}), **words}
    forms.CharField.default_validators = [no_unkept]


class LongEnough(password_validation.MinimumLengthValidator):
    def get_error_message(self) -> Any:
        return _("This password is too short. Use at least %(min_length)s characters, for example three or four words.")


class UnlikeTheirOwn(password_validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> Any:
        return _("This password is too much like what others know of you (%(verbose_name)s). Choose another one.")


class Uncommon(password_validation.CommonPasswordValidator):
    def get_error_message(self) -> Any:
        return _("Many people use this password, so others try it first. Choose another one.")


ACCOUNT: Words = {
    "account_inactive": _("This account is closed. Ask the office that serves you."),
    "cannot_remove_primary_email": _("Your letters go to this address. Make another one your main address first."),
    "duplicate_email": _("This address is in your account already. Write another one."),
    "email_password_mismatch": _(
        "The e-mail address and the password don’t belong together. Check both, or have a code sent to you."
    ),
    "email_taken": _("There is an account with this e-mail address. Sign in with it, or write another one."),
    "enter_current_password": _("This isn’t your present password. Type it again."),
    "incorrect_code": _("This code isn’t the right one. Type it as you see it, or ask for a new one."),
    "incorrect_password": _("This isn’t your password. Type it again."),
    "invalid_or_expired_key": _("This link is too old, or a part of it is missing. Ask for a new one."),
    "invalid_login": _("Write the e-mail address of your account."),
    "invalid_password_reset": _("This link is too old, or a part of it is missing. Ask for a new one."),
    "max_email_addresses": _("You can’t have more than %d addresses. Take one away first."),
    "rate_limited": _("This was tried too often. Wait a few minutes, then try again."),
    "same_as_current": _("This is what you have now. Write something else."),
    "select_only_one": _("Fill in only one of the two."),
    "too_many_login_attempts": _("This was tried too often. Wait a few minutes, then try again."),
    "unknown_email": _("There is no account with this e-mail address. Check it for typing errors."),
    "unverified_primary_email": _("Your main address isn’t confirmed. Open the link in our message to it first."),
}
SECOND_FACTOR: Words = {
    "add_email_blocked": _("An account with a second step can’t have more addresses. Take the second step away first."),
    "cannot_delete_authenticator": _("Your account needs its second step. Add another before you take this one away."),
    "cannot_generate_recovery_codes": _("Recovery codes belong to a second step. Add an app or a key first."),
    "incorrect_code": _("This code isn’t the right one. Type the one that your app shows now."),
    "unverified_email": _("Confirm your e-mail address first. Then add the second step."),
}
