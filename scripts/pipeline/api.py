"""What a reference page leaves behind while it is rendered, for builds in which it is not.

mkdocstrings registers names for links and for `objects.inv` as a side effect of rendering, so a
remembered page has to register its names again. It also sets itself up and reads the package with
its first page; while serving, an unchanged package is not read again.
"""

from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

Entry = tuple[str, str, str, str]

_read: dict[str, Any] = {}


def entries(page: Page, config: MkDocsConfig) -> list[Entry]:
    """Name, role, anchor and title of every API object that a rendered page documents."""
    start = f"{page.url}#"
    inventory = _plugin(config, "mkdocstrings").handlers.inventory
    inside = [item for item in inventory.values() if item.uri.startswith(start)]
    titles = [_plugin(config, "autorefs").get_item_url(item.name)[1] or "" for item in inside]
    return [
        (item.name, item.role, item.uri.removeprefix(start), title)
        for item, title in zip(inside, titles, strict=True)
    ]


def restore(page: Page, config: MkDocsConfig, known: list[Entry]) -> None:
    """Register the names of a page that was not rendered this time."""
    inventory = _plugin(config, "mkdocstrings").handlers.inventory
    for name, role, anchor, title in known:
        own = name == anchor  # otherwise another name of an object that is documented elsewhere
        _plugin(config, "autorefs").register_anchor(page, name, anchor, title=title, primary=own)
        inventory.register(name=name, domain="py", role=role, uri=f"{page.url}#{anchor}")


def set_up(config: MkDocsConfig, state: str) -> bool:
    """Make mkdocstrings ready without rendering; False unless it has read these sources before."""
    if state not in _read:
        return False
    handler = _handler(config)
    handler.update_env(config)
    handler._modules_collection = _read[state]
    return True


def keep(config: MkDocsConfig, state: str) -> None:
    """Remember what mkdocstrings has read of the package for the next build in this process."""
    _read.clear()
    _read[state] = _handler(config)._modules_collection


def _handler(config: MkDocsConfig) -> Any:
    return _plugin(config, "mkdocstrings").get_handler("python")


def _plugin(config: MkDocsConfig, name: str) -> Any:
    return config.plugins[name]
