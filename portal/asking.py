"""What an official can ask about at a step: a paper, or an answer of the form."""

from collections.abc import Mapping
from typing import Any

from services.catalogue.definition import Definition

Titles = dict[str, Mapping[Any, str]]


def papers_to_ask_for(definition: Definition) -> Titles:
    """Give the titles of the papers that an applicant can be asked for, those of file questions too, by their keys."""
    files = {field.key: field.label for field in definition.fields.values() if field.kind == "file"}
    return {paper.key: paper.title for paper in definition.evidence} | files


def answers_to_ask_about(definition: Definition) -> Titles:
    """Give the labels of the questions whose answers can be asked about, by their keys."""
    return {field.key: field.label for field in definition.fields.values() if field.kind != "file"}
