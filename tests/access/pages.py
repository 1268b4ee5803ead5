"""Read the forms of a page as a browser does: where they go, what is typed into each field."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED = {"text", "email", "tel", "date", "number", "url", "search", "password", "textarea"}


@dataclass
class Field:
    """A field into which people type, or of which they choose: the type is that of its control."""

    name: str
    id: str
    type: str
    value: str = ""
    like: str = ""

    @property
    def kind(self) -> str:
        """Tell what is asked for: what the browser helps with tells more than the type of an input."""
        return {"decimal": "number", "numeric": "number"}.get(self.like, self.type)


@dataclass
class SentForm:
    """A form that is sent by POST: its address, what people type, what goes with it, what is offered and chosen."""

    action: str
    typed: list[Field] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)
    choices: dict[str, Field] = field(default_factory=dict)
    files: list[Field] = field(default_factory=list)
    offered: dict[str, list[str]] = field(default_factory=dict)
    chosen: dict[str, list[str]] = field(default_factory=dict)

    def offer(self, name: str, value: str, *, is_chosen: bool) -> None:
        self.offered.setdefault(name, []).append(value)
        if is_chosen:
            self.chosen.setdefault(name, []).append(value)


class Page(HTMLParser):
    """A page's forms, and the ids of everything on it."""

    def __init__(self, body: str, address: str) -> None:
        super().__init__()
        self.address, self.forms, self.ids, self.links = address, [], set(), set()
        self.errors: dict[str, str] = {}
        self._error = ""
        self._form: SentForm | None = None
        self._list = ""
        self._area: Field | None = None
        self.forms: list[SentForm]
        self.ids: set[str]
        self.links: set[str]
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.ids.add(known.get("id", ""))
        self.links.add(known.get("href", ""))
        if known.get("id", "").endswith("_error"):
            self._error, self._error_tag = known["id"], tag
            self.errors[self._error] = ""
        if tag == "form" and known.get("method") == "post":
            self._form = SentForm(known.get("action") or self.address)
            self.forms.append(self._form)
        elif self._form and tag in ("input", "textarea") and known.get("name"):
            self._take(self._form, tag, known)
        elif self._form and tag == "select" and known.get("name"):
            self._form.choices[known["name"]] = Field(known["name"], known.get("id", ""), tag)
            self._list = known["name"]
        elif self._form and tag == "option" and self._list and "disabled" not in known:
            self._form.offer(self._list, known.get("value", ""), is_chosen="selected" in known)
        elif self._form and tag == "button" and known.get("name"):
            self._form.others.setdefault(known["name"], known.get("value", ""))

    def _take(self, form: SentForm, tag: str, known: dict[str, str]) -> None:
        kind = tag if tag == "textarea" else known.get("type", "text")
        if kind in TYPED:
            typed = Field(known["name"], known.get("id", ""), kind, known.get("value", ""), known.get("inputmode", ""))
            form.typed.append(typed)
            self._area = typed if tag == "textarea" else None
        elif kind == "file":
            form.files.append(Field(known["name"], known.get("id", ""), kind))
        elif kind in ("radio", "checkbox") and known.get("value", "on") != "on":
            form.choices.setdefault(known["name"], Field(known["name"], known.get("id", "").rpartition("_")[0], kind))
        if kind in ("radio", "checkbox"):
            form.offer(known["name"], known.get("value", "on"), is_chosen="checked" in known)
        if kind == "hidden" or "checked" in known:
            form.others[known["name"]] = known.get("value", "on")

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area.value += data
        if self._error:
            self.errors[self._error] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self._area.value = self._area.value.removeprefix("\r").removeprefix("\n")  # as browsers do
            self._area = None
        elif tag == "select":
            self._list = ""
        elif tag == "form":
            self._form = None
        if self._error and tag == self._error_tag:
            self.errors[self._error], self._error = " ".join(self.errors[self._error].split()), ""
