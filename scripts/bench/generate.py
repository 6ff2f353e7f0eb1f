"""Generates one site twice: as our pipeline wants it and as stock mkdocs-jupyter wants it.

Both get the same notes, executable pages, package, glossary, theme, Markdown extensions, navigation
and reference pages. Ours makes the last two itself, stock finds them written out.
"""

import shutil
from pathlib import Path
from typing import Any

import yaml
from mkdocs.utils.yaml import get_yaml_loader, yaml_load
from pipeline import navigation, reference
from pipeline.project import HERE, Project

SIDES = ("ours", "stock")
NOTE = """# What note {number} is about

{edit}

{prose}

## A list of facts

{items}

!!! note "By the way"

    {sentence}

## A formula

The value $x_{number}$ is what $$x_{number} = \\sum_i w_i^2$$ says, see
[the next note](note_{next:02}.md#a-list-of-facts).

| name | value |
|---|---|
| first | {number} |
| second | {next} |

{prose}
"""
PAGE = """# %% [markdown]
# # What does page {number} measure?
#
# {edit}
#
# {prose}

# %%
import torch

from mechnotes import {module}
from mechnotes.plots import style

# %% [markdown]
# ## A number
#
# {sentence} See [a note](../../notes/note_01.md#a-formula).

# %%
values = torch.linspace(0, {number}, 200).sin()
print(f"number {number}: {{values.square().mean():.6f}}")
print("code says", 1000 + 0)
print("module says", 2000 + {module}.OFFSET)

# %% [markdown]
# ## Two figures
#
# {prose}

# %% alt="A sine" caption="A sine, as it should be."
figure, axes = style.figure(5, 3)
axes.plot(values, color=style.color("clean"))
axes.set(xlabel="step", ylabel="value")
figure

# %% [markdown]
# {sentence}

# %% alt="A map of products" caption="Where both are large, so is their product."
figure, axes = style.figure(5, 3)
picture = axes.imshow(values[:40, None] * values[None, :40], cmap=style.colormap("sequential"))
figure.colorbar(picture)
figure

# %% [markdown]
# {prose}
"""
MODULE = '''"""Where pages of the benchmark find a number."""

OFFSET = 0
"""Added to what pages say."""


def shifted(value: float) -> float:
    """A value plus the offset.

    Args:
        value: Any number.

    Returns:
        The sum.
    """
    return value + OFFSET
'''
SENTENCE = "A feature is a direction along which the *activations* of a layer move together."
PROSE = " ".join([SENTENCE] * 12)
EDIT = "Edited 0 times."
STYLE = ("__init__", "colormaps", "palette", "recolour", "style")
"""Modules of `mechnotes.plots` that the generated package takes over."""


def make(folder: Path, *, notes: int, pages: int) -> dict[str, Path]:
    """Write both sites; the folder of each side."""
    roots = {side: folder / side for side in SIDES}
    for side, root in roots.items():
        for name, text in _sources(notes, pages).items():
            _write(root / name, text)
        for name in STYLE:
            target = root / "mechnotes" / "plots" / f"{name}.py"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HERE / "mechnotes" / "plots" / target.name, target)
        _configure(Project(root), side)
    return roots


def page_uri(number: int) -> str:
    """Where page `number`, from 1 on, lies below `docs/`."""
    return f"examples/note_{number:02}/10_page.py"


def page_module(number: int) -> str:
    """The module that a page imports: every other page the one that the benchmark edits."""
    return "edited" if number % 2 else "resting"


def _sources(notes: int, pages: int) -> dict[str, str]:
    words = {"prose": PROSE, "sentence": SENTENCE, "edit": EDIT}
    items = "\n".join(f"- {SENTENCE}" for _ in range(6))
    made = {
        "docs/index.md": "# Home\n\nWelcome.\n",
        "docs/glossary.md": "# Glossary\n\n## Feature { #feature }\n\nA property of the input.\n",
        "mechnotes/__init__.py": '"""The package of the benchmark."""\n',
        "mechnotes/edited.py": MODULE,
        "mechnotes/resting.py": MODULE,
    }
    for number in range(1, notes + 1):
        numbers = {"number": number, "next": number % notes + 1}
        made[f"docs/notes/note_{number:02}.md"] = NOTE.format(items=items, **numbers, **words)
    for number in range(1, pages + 1):
        module = page_module(number)
        made[f"docs/{page_uri(number)}"] = PAGE.format(number=number, module=module, **words)
    return made


def _configure(project: Project, side: str) -> None:
    """Write `mkdocs.yml`: the repository's own, less what only its site has."""
    config = yaml_load((HERE / "mkdocs.yml").read_text(encoding="utf-8"), get_yaml_loader())
    kept = ("validation", "exclude_docs", "markdown_extensions", "use_directory_urls", "watch")
    made: dict[str, Any] = {name: config[name] for name in kept}
    features = config["theme"]["features"]
    made["site_name"] = "Benchmark"
    made["theme"] = {"name": "material", "font": False, "features": features}
    named = {name: plugin for plugin in config["plugins"] for name, plugin in _named(plugin)}
    made["plugins"] = [{name: named[name]} for name in ("search", "mkdocs-jupyter", "mkdocstrings")]
    if side == "ours":
        made["hooks"] = [str(HERE / "scripts" / "hooks.py")]
    else:
        wanted = {"include": ["*.py"], "execute": True, "cache": True, "allow_errors": False}
        made["plugins"][1] = {"mkdocs-jupyter": wanted}
        for module in reference.modules(project):
            _write(project.docs / reference.uri(module), reference.markdown(module))
        made["nav"] = navigation.navigation(project)
    _write(project.root / "mkdocs.yml", yaml.dump(made, sort_keys=False))


def _named(plugin: str | dict) -> list[tuple[str, Any]]:
    return [(plugin, {})] if isinstance(plugin, str) else list(plugin.items())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
