"""The typed form of a connector: where it calls, what it may send and take, how often; every fault by its path."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.connectors.addresses import Allowed, Base, NotAllowed, check_base, read_allowed, read_base

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Path = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}(\.[A-Za-z0-9_-]{1,60}){0,9}$")]
Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,59}$")]
Template = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._~/{}-]{0,300}$")]
Status = Annotated[int, Field(ge=400, le=599)]
Texts = Annotated[
    dict[Literal["en", "az", "fr", "ar"], Annotated[str, StringConstraints(min_length=1, max_length=120)]],
    Field(min_length=1),
]
# Only such names of the environment may be referred to: a connector must never carry the portal's own secrets away.
Variable = Annotated[str, StringConstraints(pattern=r"^CONNECTOR_[A-Z0-9_]{1,60}$")]
File = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}$")]
REFERENCE = re.compile(r"\$\{(REGISTRY_URL|CONNECTOR_[A-Z0-9_]{1,60}_URL)\}")
PLACEHOLDERS = {"key", "idempotency_key"}
OUR_OWN_HEADERS = {"host", "content-length", "content-type", "accept", "accept-encoding", "transfer-encoding"}
OUR_OWN_HEADERS |= {"connection", "webhook-id", "webhook-timestamp", "webhook-signature"}
LONGEST_DEADLINE_S = 15.0


class Part(BaseModel):
    """Any part of a connector: unknown names are faults, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(Part):
    """Where a secret is: a variable of the environment, or a file in `var/connectors`. Never the secret itself."""

    env: Variable | None = None
    file: File | None = None


class Auth(Part):
    """The header by which the portal shows who it is."""

    header: Header = "Authorization"
    prefix: Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]{0,20}$")] = "Bearer "
    secret: Secret


class NotFound(Part):
    """By what an answer says that there is no such record."""

    statuses: list[Status] = [404]
    when: dict[Path, str | bool | int | None] = {}


class Operation(Part):
    """One question or entry: how it is sent, and where in the answer what stands."""

    method: Literal["GET", "POST", "PUT"]
    path: Template
    answer: dict[Name, Path] = {}
    not_found: NotFound = NotFound()
    not_done: list[Status] = [429]


class Operations(Part):
    """What a connector can do: `ask` tells whether an entry with a key was made."""

    look_up: Operation | None = None
    enter: Operation | None = None
    ask: Operation | None = None
    webhook: Operation | None = None


class Idempotency(Part):
    """How the other side knows a repeated entry: only with `honoured` it is repeated without asking."""

    header: Header = "Idempotency-Key"
    honoured: bool


class Limits(Part):
    """What the portal spends on a connector, and bears from it."""

    deadline_s: Annotated[float, Field(ge=0.1, le=LONGEST_DEADLINE_S)] = 5
    body_kb: Annotated[int, Field(ge=1, le=5120)] = 64
    calls_a_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 600
    concurrent: Annotated[int, Field(ge=1, le=100)] = 2


class Form(Part):
    """A connector, whole."""

    code: Code
    title: Texts
    agency: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    base_url: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    allow: list[Annotated[str, StringConstraints(max_length=200)]] = []
    auth: Auth | None = None
    signing: Secret | None = None
    operations: Operations
    idempotency: Idempotency | None = None
    limits: Limits = Limits()

    @property
    def texts(self) -> dict[str, str]:
        """Give its name in each language."""
        return {str(language): text for language, text in self.title.items()}

    @property
    def is_repeated_safely(self) -> bool:
        """Reading twice harms nobody; an entry may be repeated where its key is honoured."""
        only_reads = self.operations.enter is None and self.operations.webhook is None
        return only_reads or (self.idempotency is not None and self.idempotency.honoured)

    @property
    def can_be_asked(self) -> bool:
        return self.operations.ask is not None

    def base(self, values: Mapping[str, str]) -> Base:
        """Give where it calls; raise `NotAllowed`. `values` holds what `${NAME}` stands for."""
        return read_base(_filled(self.base_url, values))

    def allowed(self, values: Mapping[str, str]) -> tuple[Allowed, ...]:
        """Give its allow-list; raise `NotAllowed`."""
        return tuple(read_allowed(_place(line, values)) for line in self.allow)


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: where (a path as in `connectors.3.limits`), what is wrong, what to do."""

    path: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}. {self.remedy}"


class BadConnectors(Exception):
    """Connectors that can't be taken; `faults` tells all that is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def _filled(text: str, values: Mapping[str, str]) -> str:
    found = REFERENCE.fullmatch(text)
    if found is None:
        return text
    if not values.get(found[1]):
        raise NotAllowed(f"refers to {found[1]}, which isn't set here")
    return values[found[1]]


def _place(line: str, values: Mapping[str, str]) -> str:
    """Give a line of an allow-list; a reference to an address stands for its host and port."""
    if REFERENCE.fullmatch(line) is None:
        return line
    base = read_base(_filled(line, values))
    return f"[{base.host}]:{base.port}" if ":" in base.host else f"{base.host}:{base.port}"


def read(data: Any, values: Mapping[str, str], own: Base | None = None) -> list[Form]:
    """Read `{connectors: [...]}` whole; raise `BadConnectors` with every fault."""
    listed = data.get("connectors") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        raise BadConnectors([Fault("connectors", "is no list", "Write `connectors:` and a list under it.")])
    faults = [Fault(str(name), "is unknown", "Remove it.") for name in data if name != "connectors"]
    forms = []
    for index, one in enumerate(listed):
        try:
            form = Form.model_validate(one)
        except ValidationError as error:
            faults += [_shape_fault(f"connectors.{index}", fault) for fault in error.errors()]
        else:
            forms.append(form)
            faults += [Fault(f"connectors.{index}.{where}", *words) for where, *words in _faults(form, values, own)]
    codes = [form.code for form in forms]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    faults += [Fault("connectors", f"'{code}' stands there twice", "Remove or rename one.") for code in twice]
    if faults:
        raise BadConnectors(sorted(faults))
    return forms


def _shape_fault(path: str, fault: Any) -> Fault:
    where = ".".join([path, *(str(part) for part in fault["loc"])])
    remedies = {"extra_forbidden": "Remove it, or correct its spelling.", "missing": "Add it."}
    return Fault(where, fault["msg"], remedies.get(fault["type"], "See docs/connectors.md."))


def _faults(form: Form, values: Mapping[str, str], own: Base | None) -> Iterator[tuple[str, str, str]]:
    yield from _bad_addresses(form, values, own)
    yield from _bad_secrets(form)
    for name in Operations.model_fields:
        operation = getattr(form.operations, name)
        if operation is not None:
            yield from _bad_operation(name, operation)
    yield from _bad_keys(form)


def _bad_addresses(form: Form, values: Mapping[str, str], own: Base | None) -> Iterator[tuple[str, str, str]]:
    lines: list[Allowed] = []
    for index, line in enumerate(form.allow):
        try:
            lines.append(read_allowed(_place(line, values)))
        except NotAllowed as why:
            yield f"allow.{index}", str(why), "Write host:port or network:port."
    try:
        check_base(form.base(values), lines, own)
    except NotAllowed as why:
        yield (
            "base_url",
            str(why),
            "Address not allowed: use https on port 443, or let `allow` name the network and port.",
        )


def _bad_secrets(form: Form) -> Iterator[tuple[str, str, str]]:
    for where, secret in (("auth.secret", form.auth.secret if form.auth else None), ("signing", form.signing)):
        if secret is not None and (secret.env is None) == (secret.file is None):
            yield where, "names both or neither of env and file", "Name one."
    if form.auth is not None and form.auth.header.lower() in OUR_OWN_HEADERS:
        yield "auth.header", f"'{form.auth.header}' is set by the portal itself", "Name another header."
    if form.operations.webhook is not None and form.signing is None:
        yield "signing", "a webhook without a secret to sign with", "Name the secret."


def _bad_operation(name: str, operation: Operation) -> Iterator[tuple[str, str, str]]:
    try:
        fields = [field for _, field, _, _ in Formatter().parse(operation.path) if field is not None]
    except ValueError:
        yield f"operations.{name}.path", "has a brace too many or too few", "Write {key} or {idempotency_key}."
        return
    for field in sorted(set(fields) - PLACEHOLDERS):
        yield f"operations.{name}.path", f"'{{{field}}}' is unknown", "Write {key} or {idempotency_key}."
    if "//" in operation.path or "/." in operation.path:
        yield f"operations.{name}.path", "goes up or names nothing between two slashes", "Write the path plainly."
    if name in ("look_up", "ask") and operation.method != "GET":
        yield f"operations.{name}.method", "changes something", "A question is a GET."
    if name in ("enter", "webhook") and operation.method == "GET":
        yield f"operations.{name}.method", "changes nothing", "An entry is a POST or a PUT."


def _bad_keys(form: Form) -> Iterator[tuple[str, str, str]]:
    ask = form.operations.ask
    if ask is not None and "{idempotency_key}" not in ask.path:
        yield "operations.ask.path", "doesn't name the key that it asks about", "Put {idempotency_key} into it."
    if form.idempotency is None:
        if ask is not None:
            yield "operations.ask", "asks for a key that is never sent", "Add `idempotency`."
    elif form.idempotency.header.lower() in OUR_OWN_HEADERS:
        yield "idempotency.header", f"'{form.idempotency.header}' is set otherwise", "Name another header."
