"""Contracts from their YAML files. One that is wrong is refused with file, line and cure."""

from __future__ import annotations

import difflib
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import yaml
from pydantic import BaseModel, ValidationError

from divisa.domain.errors import InvalidContract
from lake.contract.contract import Column, Contract, Feed, RowCheck
from lake.contract.datasets import HOME, datasets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_KNOWN: Final[dict[str, type[BaseModel]]] = {"columns": Column, "checks": RowCheck, "feed": Feed}


@cache
def contracts(folder: Path = HOME) -> Mapping[str, Contract]:
    """All contracts of a folder by their dataset, in its order.

    Raises:
        InvalidContract: one is wrong.
    """
    return {name: read_contract(folder / f"{name}.yml") for name in datasets(folder)}


def read_contract(path: Path) -> Contract:
    """The contract in a file.

    Raises:
        InvalidContract: it is none; names file and line, and says what to do.
    """
    text = path.read_text(encoding="utf-8")
    try:
        tree = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InvalidContract(path.name, mark.line + 1 if mark else 1, f"is no YAML: {error.problem}") from error
    if not isinstance(tree, yaml.MappingNode):
        raise InvalidContract(path.name, 1, "is empty: begin with `dataset:`, and see the other contracts")
    _no_name_twice(path, tree)
    try:
        contract = Contract.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        # A name that is misspelt is unknown, and missing as well: the first says more.
        first = min(error.errors(), key=lambda each: each["type"] == "missing")
        place = (*first["loc"], *first.get("ctx", {}).get("place", ()))
        raise InvalidContract(path.name, _line(tree, place), _cure(first)) from error
    if contract.dataset != path.stem:
        line = _line(tree, ("dataset",))
        raise InvalidContract(path.name, line, f"`dataset` is {contract.dataset}: call the file {contract.dataset}.yml")
    return contract


def _no_name_twice(path: Path, node: yaml.Node) -> None:
    """YAML lets the second of two like names win, in silence."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise InvalidContract(path.name, key.start_mark.line + 1, f"`{key.value}` stands there twice: keep one")
            seen.add(key.value)
            _no_name_twice(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            _no_name_twice(path, each)


def _line(node: yaml.Node, place: Sequence[int | str]) -> int:
    """The line, from 1, of the innermost thing on the way to a place that stands in the file."""
    line = node.start_mark.line + 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = (node.value[step], node.value[step])
        else:
            found = None
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _cure(error: Mapping[str, Any]) -> str:
    place, name = error["loc"], error["loc"][-1] if error["loc"] else ""
    match error["type"]:
        case "missing":
            return f"`{name}` is missing: add a line `{name}:`"
        case "extra_forbidden":
            there_are = list(
                _KNOWN.get(str(place[0]), Contract).model_fields if len(place) > 1 else Contract.model_fields
            )
            meant = difflib.get_close_matches(str(name), there_are, n=1)
            return f"`{name}` is unknown: " + (f"write `{meant[0]}`" if meant else f"there are {', '.join(there_are)}")
        case "contract":
            return str(error["msg"])
        case "value_error":
            return f"`{name}` {error['ctx']['error']}" if name else str(error["ctx"]["error"])
        case _:
            return f"`{name}`: {error['msg'][0].lower()}{error['msg'][1:]}"
