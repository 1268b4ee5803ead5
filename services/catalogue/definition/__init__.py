"""The typed definition of a public service: what its YAML text may say.

Shapes only; that the parts fit together is proved in `soundness.py`. Terms follow CPSV-AP (evidence, channel, legal
resource) and BPMN (the kinds of steps).
"""

from services.catalogue.definition.example import Example
from services.catalogue.definition.form import (
    AnyField,
    DateField,
    Evidence,
    FileField,
    GroupField,
    LongTextField,
    MoneyField,
    NumberField,
    OneOfField,
    Page,
    PersonalIdentifierField,
    SeveralOfField,
    SimpleField,
    TextField,
)
from services.catalogue.definition.law import DocumentTemplate, Fee, FeeRule, Question, Requirement, Span, UnitPrice
from services.catalogue.definition.service import Definition
from services.catalogue.definition.terms import Key, Part
from services.catalogue.definition.work import (
    AnyStep,
    ApplicantStep,
    Branch,
    DeskStep,
    EndStep,
    Move,
    Outcome,
    ParallelStep,
    RobotStep,
    WaitStep,
    Workflow,
)

__all__ = [
    "AnyField",
    "AnyStep",
    "ApplicantStep",
    "Branch",
    "DateField",
    "Definition",
    "DeskStep",
    "DocumentTemplate",
    "EndStep",
    "Evidence",
    "Example",
    "Fee",
    "FeeRule",
    "FileField",
    "GroupField",
    "Key",
    "LongTextField",
    "MoneyField",
    "Move",
    "NumberField",
    "OneOfField",
    "Outcome",
    "Page",
    "ParallelStep",
    "Part",
    "PersonalIdentifierField",
    "Question",
    "Requirement",
    "RobotStep",
    "SeveralOfField",
    "SimpleField",
    "Span",
    "TextField",
    "UnitPrice",
    "WaitStep",
    "Workflow",
]
