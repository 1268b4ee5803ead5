"""What all parts of a definition share: codes, texts in languages, amounts."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Language = Literal["en", "az", "fr", "ar"]
Text = Annotated[dict[Language, Annotated[str, StringConstraints(min_length=1, max_length=4000)]], Field(min_length=1)]
Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Minutes = Annotated[int, Field(ge=0, le=6000)]
Channel = Literal["online", "counter", "phone", "post", "email", "internal"]


class Part(BaseModel):
    """Any part of a definition: unknown names are faults, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
