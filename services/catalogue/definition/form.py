"""What the applicant fills in and supplies (CPSV-AP Evidence)."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from services.catalogue.definition.terms import Expression, Key, Part, Text


class BaseField(Part):
    key: Key
    label: Text
    hint: Text | None = None
    required: bool | Expression = True
    show: Expression | None = Field(None, description="Shown only when this holds; hidden answers are dropped.")
    prefill: Literal["name", "email", "phone", "personal_identifier", "address"] | None = None


class TextField(BaseField):
    kind: Literal["text"]
    pattern: str | None = Field(None, max_length=200, description="What the whole answer must match.")
    example: str | None = None
    max_length: int = Field(200, ge=1, le=1000)


class LongTextField(BaseField):
    kind: Literal["long_text"]
    max_length: int = Field(4000, ge=1, le=20000)


class NumberField(BaseField):
    kind: Literal["number"]
    decimals: int = Field(0, ge=0, le=4)
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: Text | None = None


class MoneyField(BaseField):
    kind: Literal["money"]
    minimum: Decimal | None = Decimal(0)
    maximum: Decimal | None = None


class DateField(BaseField):
    kind: Literal["date"]
    earliest: str | None = Field(None, pattern=r"^(today([+-]\d{1,5}d)?|\d{4}-\d{2}-\d{2})$")
    latest: str | None = Field(None, pattern=r"^(today([+-]\d{1,5}d)?|\d{4}-\d{2}-\d{2})$")


class YesNoField(BaseField):
    kind: Literal["yes_no"]


class Option(Part):
    value: Key
    label: Text
    hint: Text | None = None


class OneOfField(BaseField):
    kind: Literal["one_of"]
    options: list[Option] = Field(min_length=2, max_length=100)


class SeveralOfField(BaseField):
    kind: Literal["several_of"]
    options: list[Option] = Field(min_length=2, max_length=100)
    at_most: int | None = Field(None, ge=1)


class EmailField(BaseField):
    kind: Literal["email"]


class PhoneField(BaseField):
    kind: Literal["phone"]


class AddressField(BaseField):
    kind: Literal["address"]


class PersonalIdentifierField(BaseField):
    kind: Literal["personal_identifier"]
    rule: Literal["pin", "iban", "tax_id"] = "pin"


class LocationField(BaseField):
    kind: Literal["location"]


class FileField(BaseField):
    kind: Literal["file"]
    accept: list[Literal["pdf", "jpeg", "png"]] = Field(default=["pdf", "jpeg", "png"], min_length=1)
    at_most: int = Field(1, ge=1, le=10)


SimpleField = Annotated[
    TextField
    | LongTextField
    | NumberField
    | MoneyField
    | DateField
    | YesNoField
    | OneOfField
    | SeveralOfField
    | EmailField
    | PhoneField
    | AddressField
    | PersonalIdentifierField
    | LocationField,
    Field(discriminator="kind"),
]


class GroupField(BaseField):
    """The same few fields once per person, vehicle, ..."""

    kind: Literal["group"]
    at_least: int = Field(1, ge=0, le=20)
    at_most: int = Field(5, ge=1, le=20)
    item: Text = Field(description="What one of the group is called: 'Person'.")
    fields: list[SimpleField] = Field(min_length=1, max_length=12)


AnyField = Annotated[SimpleField | FileField | GroupField, Field(discriminator="kind")]


class Page(Part):
    key: Key
    title: Text
    intro: Text | None = None
    show: Expression | None = None
    fields: list[AnyField] = Field(min_length=1, max_length=20)


class Evidence(Part):
    """A paper that the applicant supplies (CPSV-AP Evidence)."""

    key: Key
    title: Text
    hint: Text | None = None
    show: Expression | None = None
    required: bool | Expression = True
    accept: list[Literal["pdf", "jpeg", "png"]] = Field(default=["pdf", "jpeg", "png"], min_length=1)
    at_most: int = Field(3, ge=1, le=10)
