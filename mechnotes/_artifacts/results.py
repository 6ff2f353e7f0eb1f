"""How does a typed result become tensors and JSON, and back?

`pack` takes a frozen dataclass apart: its tensors, under their dotted field names, and everything
else as JSON values. `unpack` puts it together again from the type annotations, nested dataclasses
included, so no class name is ever read from a file and nothing is pickled.

JSON has neither tuples nor NaN. Arrays are always read back as tuples (a frozen result holds no
lists); a float that JSON lacks is written {"float": "nan"}. Every JSON object here has exactly one
key that says what it is: "tensor", "float", "fields" (a dataclass) or "items" (a dict).
"""

import dataclasses
import functools
import inspect
import math
import types
import typing
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mechnotes import validate

if TYPE_CHECKING:
    from torch import Tensor

PROVENANCE = "provenance"
"""The field that `experiments.load` fills in; it is never stored."""


def pack(result: object) -> tuple[dict[str, "Tensor"], dict[str, Any]]:
    """Take a result apart into tensors and JSON values.

    Returns:
        CPU tensors by dotted field name, and the rest.

    Raises:
        ValueError: If the result is not a dataclass or holds something that cannot be stored.
    """
    tensors: dict[str, Tensor] = {}
    if not dataclasses.is_dataclass(result) or isinstance(result, type):
        _refuse("result", result)
    return tensors, _packed(result, "", tensors)


def plain(config: object) -> Any:
    """A config as ordinary JSON values, for people to read and to compare."""
    if dataclasses.is_dataclass(config) and not isinstance(config, type):
        return {f.name: plain(getattr(config, f.name)) for f in dataclasses.fields(config)}
    if isinstance(config, Mapping):
        return {key: plain(value) for key, value in config.items()}
    if isinstance(config, tuple):
        return [plain(value) for value in config]
    found: dict[str, Tensor] = {}
    told = _packed(config, "config", found)
    if found:  # a tensor would be left out of the comparison, and a changed one not noticed
        validate.refuse(
            "config",
            got="a tensor",
            expected="numbers, strings, booleans, None, tuples and dicts of them",
            fix="Put a tuple of numbers into the config, or a file that the experiment reads.",
        )
    return told


def unpack(kind: type, tensors: Mapping[str, "Tensor"], values: Mapping[str, Any]) -> Any:
    """Put a result of type `kind` together again.

    Raises:
        ValueError: If the stored values no longer fit the type.
    """
    try:
        return _rebuilt(kind, values, tensors)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the stored values do not fit {kind.__name__} ({error})") from error


def _packed(value: object, path: str, tensors: dict[str, "Tensor"]) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    below = functools.partial(_packed, tensors=tensors)
    if isinstance(value, tuple):
        return [below(item, f"{path}.{i}") for i, item in enumerate(value)]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"items": {key: below(item, f"{path}.{key}") for key, item in value.items()}}
    if dataclasses.is_dataclass(value):
        stored = [f.name for f in dataclasses.fields(value) if f.name != PROVENANCE]
        paths = {name: f"{path}.{name}".lstrip(".") for name in stored}
        return {"fields": {n: below(getattr(value, n), p) for n, p in paths.items()}}
    if not hasattr(value, "detach"):
        _refuse(path, value)
    if path in tensors:
        validate.refuse(
            path,
            got="two tensors under one name",
            expected="distinct dotted names",
            fix="Leave dots out of dict keys.",
        )
    # Tensors that share memory (views, tied weights) cannot be stored together: copy.
    tensors[path] = typing.cast("Tensor", value).detach().cpu().contiguous().clone()
    return {"tensor": path}


def _refuse(path: str, value: object) -> typing.NoReturn:
    validate.refuse(
        path,
        got=f"{type(value).__name__}",
        expected="a frozen dataclass of tensors, numbers, strings, booleans, None, tuples, "
        "dicts with string keys, or further such dataclasses",
        fix="Turn lists into tuples, arrays into tensors and numpy scalars into float(...).",
    )


def _rebuilt(hint: Any, value: Any, tensors: Mapping[str, "Tensor"]) -> Any:
    """One stored value, as its annotation says."""
    if isinstance(value, list):
        elements = zip(_element_hints(hint, len(value)), value, strict=True)
        return tuple(_rebuilt(inner, item, tensors) for inner, item in elements)
    if not isinstance(value, dict):
        return value
    ((what, content),) = value.items()
    if what == "tensor":
        return tensors[content]
    if what == "float":
        return float(content)
    if what == "items":
        return {
            key: _rebuilt(_element_hints(hint, 1)[0], item, tensors)
            for key, item in content.items()
        }
    kind = _dataclass_of(hint, set(content))
    hints = typing.get_type_hints(kind)
    return kind(**{name: _rebuilt(hints[name], item, tensors) for name, item in content.items()})


def _options(hint: Any) -> tuple[Any, ...]:
    """The alternatives of `A | B`, or the annotation alone."""
    is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if is_union else (hint,)


def _element_hints(hint: Any, count: int) -> tuple[Any, ...]:
    """Annotations of the elements of a tuple, or of the values of a dict."""
    for option in _options(hint):
        origin, inner = typing.get_origin(option), typing.get_args(option)
        if origin is tuple and inner[-1:] == (Ellipsis,):
            return inner[:1] * count
        if origin is tuple and len(inner) == count:
            return inner
        if inspect.isclass(origin) and issubclass(origin, Mapping):
            return inner[1:] * count
    return (Any,) * count


def _dataclass_of(hint: Any, names: set[str]) -> Any:
    """The dataclass among an annotation's alternatives that has these fields."""
    for option in _options(hint):
        if inspect.isclass(option) and dataclasses.is_dataclass(option):
            fields = {field.name for field in dataclasses.fields(option)}
            if fields - {PROVENANCE} == names:
                return option
    raise TypeError(f"no dataclass with the fields {', '.join(sorted(names))} in {hint}")
