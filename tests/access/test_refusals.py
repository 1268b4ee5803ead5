"""What a form can't take is refused at its field: fault and remedy in words, what was typed kept, nothing saved.

Each field of every form gets what is bad for its kind, one after the other, with the bad of all other fields.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from portal.citizens.profile import ProfileForm
from services.accounts.models import User
from tests.access.pages import Field, Page, SentForm
from tests.access.test_bad_input import forms
from tests.access.test_every_url import visitors_of
from tests.access.world import Town
from tests.citizens.forms import build_service
from tests.languages.foreign_words import is_foreign

pytestmark = pytest.mark.django_db
PASSWORD = "open-the-portal"
ANY_TEXT = ["x" * 30_000, "a\0b", "a\x1b[2Jb"]
NO_DAYS = [
    "2026-02-31",
    "0000-01-01",
    "\u0662\u0660\u0662\u0666-01-01",
    "31.12.2026",
    "12/31/26",
    "2026-13-01",
    "10000-01-01",
]
NO_NUMBERS = ["1e5", "NaN", "9" * 400, "1,5,0", "--1", "Infinity", "x"]
# What each kind of field has to refuse. Too many files, none and wrong ones are sent in test_files.py.
BAD = {
    "text": ANY_TEXT,
    "textarea": ANY_TEXT,
    "password": ["a\0b", "a\x1b[2Jb"],
    "email": [
        *ANY_TEXT,
        "nobody",
        "a@b@example.org",
        "a\u200bb@example.org",
        "a@b.org\r\nBcc: c@b.org",
    ],
    "tel": ["1" * 1000, "a\0b", "12", "call me", "+994 50 555 10 0x"],
    "date": NO_DAYS,
    "number": NO_NUMBERS,
    "identifier": ["x" * 30_000, "a\0b", "5ZK3Q1V", "\u0665ZK3Q1U"],
    "select": ["nothing-offered", "a\0b", "9" * 400],
    "radio": ["nothing-offered", "a\0b", "9" * 400],
    "checkbox": ["nothing-offered", "a\0b", "9" * 400],
}
# What people may well send: it is kept or refused in words, and never more than text.
HONEST = ["   ", "\U0001f600 <script>alert(1)</script> \u202egnp.exe\u2066 Zoe\u0308 \u200d\u200b", "\u0661\u0662"]
IDENTIFIERS = {"personal_identifier", "pin"}
REMEDY = re.compile(
    r"(^|[.,;:] |, or |, then )(Add|Ask|Check|Choose|Confirm|Correct|Fill|Give|Have|Hold|Keep|Make|Name|Open|Remove|"
    r"Save|Say|Sign in|Take|Tick|Try|Type|Use|Wait|Write)\b",
    re.IGNORECASE,
)
PLAYGROUND = "/style-guide/"  # shows fields, and reads none
# Fields that take what others of their kind refuse, and why: by name or by page.
TAKES = {
    "text of /manage/services/own-north/versions/": "a draft is kept as it is written; its page tells the faults",
    "to of /desk/team/steps/": "which of many steps it was is told at the head of the page; nothing is typed",
    "email_radio": "the library's list of one's own addresses: another one changes nothing",
}
# What reading writes, and what tells who comes.
UNCOUNTED = {"Event", "Session", "UserSession"}
# So that a page that shows its form no longer is noticed.
EXPECTED_FIELDS = {
    "text": {"story", "name", "city", "words", "title", "code"},
    "textarea": {"text", "words", "reason", "heard", "story", "outcome"},
    "password": {"password", "password1", "oldpassword"},
    "email": {"login", "email", "mail"},
    "tel": {"phone"},
    "date": {"birth_date", "since", "first_day", "by_date", "day"},
    "number": {"rooms", "value", "rent", "place.lat", "owners.0.share"},
    "identifier": IDENTIFIERS,
    "select": {"language", "agency", "to", "town", "about"},
    "radio": {"outcome", "paper", "role", "heating", "owned", "measure"},
    "checkbox": {"pets", "scopes", "desks"},
}


def account_forms() -> Iterator[tuple[Client, str]]:
    """Give the forms of the account, with somebody who has just signed in, and with nobody."""
    aysel = User.objects.create_user("aysel-here@example.org", PASSWORD)
    EmailAddress.objects.create(user=aysel, email=aysel.email, verified=True, primary=True)
    nobody, somebody, asking, joining = Client(), Client(), Client(), Client()
    somebody.post(reverse("account_login"), {"login": aysel.email, "password": PASSWORD})
    asking.post(reverse("account_request_login_code"), {"email": aysel.email})
    new = {"email": "new@example.org", "password1": "a-long-way-home", "password2": "a-long-way-home"}
    joining.post(reverse("account_signup"), new)
    for name in ("account_login", "account_signup", "account_reset_password", "account_request_login_code"):
        yield nobody, reverse(name)
    own = (
        "account_email",
        "account_change_password",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
    )
    for name in own:
        yield somebody, reverse(name)
    yield asking, reverse("account_confirm_login_code")
    yield joining, reverse("account_email_verification_sent")


def forms_found(
    visits: Iterable[tuple[Client, str]], wanted: Callable[[SentForm], bool] = lambda form: bool(form.typed)
) -> Iterator[tuple[Client, SentForm]]:
    """Give every form that is wanted, else those into which something is typed, once, with who may send it."""
    seen = set()
    for client, address in visits:
        answer = client.get(address)
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        for form in Page(answer.content.decode(), address).forms:
            mark = (form.action, tuple(field.name for field in form.typed))
            if wanted(form) and mark not in seen and form.action != PLAYGROUND:
                seen.add(mark)
                yield client, form


def kind_of(field: Field) -> str:
    return "identifier" if field.name in IDENTIFIERS else field.kind


def fields_of(form: SentForm) -> list[Field]:
    """Give what is typed and chosen in a form."""
    return [one for one in (*form.typed, *form.choices.values()) if kind_of(one) in BAD]


def fields_for(form: SentForm, turn: int) -> dict[str, tuple[Field, str]]:
    """Give the fields of a form that have to refuse what is bad for their kind, and the bad of this turn."""
    page = re.sub(r"steps/\d+/$", "steps/", form.action)
    wanted = [one for one in fields_of(form) if not TAKES.keys() & {one.id, f"{one.name} of {page}"}]
    return {one.name: (one, BAD[kind_of(one)][turn % len(BAD[kind_of(one)])]) for one in wanted}


def send(client: Client, form: SentForm, given: Mapping[str, Any], **more: Any) -> HttpResponse:
    """Send a form and forget what came of it in the database."""
    cache.clear()  # who tries often isn't what is looked at here
    typed = {**{field.name: field.value for field in form.typed}, **given}
    going_on = {"do": "next"} if "/draft/" in form.action else {}
    with transaction.atomic():
        answer = client.post(form.action, {**form.others, **typed, **going_on}, **more)
        transaction.set_rollback(True)
    return answer


def faults(answer: HttpResponse, form: SentForm, bad: dict[str, tuple[Field, str]]) -> list[str]:
    """Tell what is missing in an answer that refuses fields."""
    if answer.status_code != 422:
        return [f"{answer.status_code}"]
    page = Page(answer.content.decode(), form.action)
    kept = {field.name: field.value for one in page.forms if one.action == form.action for field in one.typed}
    told = [f"{name}: no error" for name, (field, _) in bad.items() if not error_at(page, field)]
    ways = [f"{name}: no way to it" for name, (field, _) in bad.items() if not way_to(page, field)]
    lost = [
        f"{name}: not kept"
        for name, (field, value) in bad.items()
        if field.type not in ("password", "select", "radio", "checkbox") and not is_kept(kept.get(name, ""), value)
    ]
    return told + ways + lost + without_remedy(page)


def names_of(field: Field) -> set[str]:
    """Give what errors of a field are called: the parts of an address and a place have one together."""
    return {field.id, field.id.rpartition(".")[0] if field.name.count(".") == 1 else field.id}


def error_at(page: Page, field: Field) -> bool:
    return any(page.errors.get(f"{name}_error") for name in names_of(field))


def way_to(page: Page, field: Field) -> bool:
    return any(link.startswith(f"#{name}") for name in names_of(field) for link in page.links)


def is_kept(shown: str, sent: str) -> bool:
    """Tell whether a field shows all that was sent but characters that steer machines, which pages can't show."""
    return bool(shown) and visible(shown) == visible(sent)


def visible(text: str) -> str:
    """Give a text as it is seen: composed, one blank between words, nothing that steers machines."""
    seen = unicodedata.normalize("NFC", "".join(one for one in text if one.isspace() or one.isprintable()))
    return " ".join(seen.split())


def without_remedy(page: Page) -> list[str]:
    """Give the errors of a page that say nothing of what to do, or aren't the portal's own words."""
    return [f"{name}: {words}" for name, words in page.errors.items() if not REMEDY.search(words) or is_foreign(words)]


def counts() -> dict[str, int]:
    models = [model for model in apps.get_models() if model.__name__ not in UNCOUNTED]
    return {model.__name__: model._default_manager.count() for model in models}


def all_forms(towns: tuple[Town, Town]) -> list[tuple[Client, SentForm]]:
    """Give every form, those of a step somebody works on and of a service that asks all kinds of questions, too."""
    clients, held = visitors_of(*towns), towns[0].held_step.service_request_id
    build_service("north", service="all-kinds")
    draft = clients["anonymous"].post(reverse("apply", args=["all-kinds"]))["Location"]
    clients["anonymous"].post(draft, {"do": "add:owners"})
    own = [(clients["anonymous"], draft), (clients["clerk"], reverse("desk_request", args=[held]))]
    visits = [*forms(towns[0], clients), *account_forms(), *own]
    return list(forms_found(visits, lambda form: bool(form.typed or form.choices)))


def unsound(client: Client, form: SentForm) -> dict[Any, list[str]]:
    """Send a form what is bad for each of its fields, and what people may well send; tell what answers lack."""
    wrong: dict[Any, list[str]] = {}
    for turn in range(max(len(BAD[kind_of(field)]) for field in fields_of(form))):
        bad = fields_for(form, turn)
        answer = send(client, form, {name: value for name, (_, value) in bad.items()})
        if bad and (told := faults(answer, form, bad)):
            wrong[form.action, turn] = told
    for words in HONEST:
        answer = send(client, form, dict.fromkeys([field.name for field in form.typed], words))
        page = answer.content.decode()
        told = without_remedy(Page(page, form.action))
        if answer.status_code >= 500 or "<script>alert" in page or told:
            wrong[form.action, words] = [str(answer.status_code), *told]
    return wrong


def errors_in(language: str, client: Client, form: SentForm) -> dict[str, str]:
    User.objects.update(language=language)
    client.cookies["language"] = language
    answer = send(client, form, {name: value for name, (_, value) in fields_for(form, 0).items()})
    return Page(answer.content.decode(), form.action).errors


def untranslated(client: Client, form: SentForm) -> list[tuple[str, str, str]]:
    """Give the errors of a form that are told in English, or in the words of Django, to who reads another language."""
    english = errors_in("en", client, form)
    told = [
        (language, *error) for language in ("fr", "az", "ar") for error in errors_in(language, client, form).items()
    ]
    return [one for one in told if english.get(one[1]) == one[2] or is_foreign(one[2])]


def test_every_form_tells_what_is_bad_at_each_field_in_every_language(towns: tuple[Town, Town]) -> None:
    found = all_forms(towns)
    before = counts()
    wrong = {key: told for client, form in found for key, told in unsound(client, form).items()}
    foreign = {form.action: told for client, form in found if (told := untranslated(client, form))}

    asked = [one for _, form in found for one in fields_of(form)]
    seen = {kind: {one.name for one in asked if kind_of(one) == kind} for kind in BAD}
    assert {kind: names - seen[kind] for kind, names in EXPECTED_FIELDS.items() if names - seen[kind]} == {}
    assert wrong == foreign == {}
    assert counts() == before


class TestWhatIsLookedFor:
    """The controls: each of these is noticed."""

    @pytest.fixture
    def form(self, towns: tuple[Town, Town]) -> tuple[Client, SentForm]:
        client = visitors_of(*towns)["owner"]
        ((_, form), *_) = forms_found([(client, reverse("my_profile"))])
        return client, form

    def test_an_answer_that_tells_and_keeps_nothing(self, form: tuple[Client, SentForm]) -> None:
        client, profile = form
        answer = client.get(reverse("my_profile"))
        bad = {"birth_date": fields_for(profile, 0)["birth_date"]}

        assert faults(answer, profile, bad) == ["200"]
        answer.status_code = 422
        assert faults(answer, profile, bad) == [
            f"birth_date: {what}" for what in ("no error", "no way to it", "not kept")
        ]

    @pytest.mark.parametrize("words", ["Enter a valid date.", "This isn’t a date."])
    def test_words_of_django_and_words_that_help_nobody(
        self, form: tuple[Client, SentForm], monkeypatch: pytest.MonkeyPatch, words: str
    ) -> None:
        client, profile = form
        field = ProfileForm.base_fields["birth_date"]
        monkeypatch.setitem(field.error_messages, "invalid", words)
        bad = {"birth_date": fields_for(profile, 0)["birth_date"]}
        answer = send(client, profile, {"birth_date": bad["birth_date"][1]})

        assert faults(answer, profile, bad) == [f"id_birth_date_error: {words}"]


def test_who_tries_too_often_at_the_account_is_told_so(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
    answers = [client.post(reverse("account_reset_password"), {"email": "elvin@example.org"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 429]
    assert "Wait a few minutes" in answers[1].content.decode()


def test_what_is_cut_counts_as_lost() -> None:
    assert is_kept("ab\N{COMBINING ACUTE ACCENT} c", " ab\N{COMBINING ACUTE ACCENT}\n\0c ")
    assert not is_kept("x" * 29_999, "x" * 30_000)
    assert not is_kept("", "\0")
