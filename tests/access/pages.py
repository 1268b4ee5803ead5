"""Read the forms of a page as a browser does: where they go, what is typed into each field."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED = {"text", "email", "tel", "date", "number", "url", "search", "password", "textarea"}


@dataclass
class Field:
    """A field into which people type."""

    name: str
    id: str
    type: str
    value: str = ""


@dataclass
class SentForm:
    """A form that is sent by POST: its address, what people type, and what else goes with it."""

    action: str
    typed: list[Field] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)
    files: list[Field] = field(default_factory=list)


class Page(HTMLParser):
    """A page's forms, and the ids of everything on it."""

    def __init__(self, body: str, address: str) -> None:
        super().__init__()
        self.address, self.forms, self.ids = address, [], set()
        self._form: SentForm | None = None
        self._area: Field | None = None
        self.forms: list[SentForm]
        self.ids: set[str]
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.ids.add(known.get("id", ""))
        if tag == "form" and known.get("method") == "post":
            self._form = SentForm(known.get("action") or self.address)
            self.forms.append(self._form)
        elif self._form and tag in ("input", "textarea") and known.get("name"):
            self._take(self._form, tag, known)
        elif self._form and tag == "button" and known.get("name"):
            self._form.others.setdefault(known["name"], known.get("value", ""))

    def _take(self, form: SentForm, tag: str, known: dict[str, str]) -> None:
        kind = tag if tag == "textarea" else known.get("type", "text")
        if kind in TYPED:
            typed = Field(known["name"], known.get("id", ""), kind, known.get("value", ""))
            form.typed.append(typed)
            self._area = typed if tag == "textarea" else None
        elif kind == "file":
            form.files.append(Field(known["name"], known.get("id", ""), kind))
        elif kind == "hidden" or "checked" in known:
            form.others[known["name"]] = known.get("value", "on")

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self._area.value = self._area.value.removeprefix("\r").removeprefix("\n")  # as browsers do
            self._area = None
        elif tag == "form":
            self._form = None
