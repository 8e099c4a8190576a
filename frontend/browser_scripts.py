"""The page's own browser scripts: the files in `assets/`, as elements and as the hashes that the policy allows.

In: the name of a script and the values it is told. Out: HTML for `st.html(…, unsafe_allow_javascript=True)`, and the
hashes for `asgi.py`. Separate because both must speak of the same text, to the byte: what varies is in the element's
attributes, and never in the script.
"""

from __future__ import annotations

import base64
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

_FOLDER = Path(__file__).with_name("assets")


def html(name: str, **told: str) -> str:
    """The element that runs `assets/<name>.js`; the script reads `told` from `document.currentScript.dataset`.

    An argument `chat_id` is `dataset.chatId` there. A script runs once for every different element, not for every run
    of the page, and shares its names with the page: write it as one block or function.
    """
    attributes = "".join(f' data-{key.replace("_", "-")}="{escape(value)}"' for key, value in told.items())
    return f"<script{attributes}>{source(name)}</script>"


@cache
def source(name: str) -> str:
    """The text of `assets/<name>.js` as it reaches the browser: `st.html` takes the spaces from empty lines."""
    lines = (_FOLDER / f"{name}.js").read_text(encoding="utf-8").splitlines()
    return "\n".join(line.rstrip() for line in lines)


def mark_of(owner: str) -> str:
    """Tells scripts whose a draft is, where several people use a browser; it is no part of any key."""
    return sha256(f"draft of {owner}".encode()).hexdigest()[:16]


def hashes() -> tuple[str, ...]:
    """What a Content-Security-Policy calls the page's scripts, in the order of their names."""
    names = sorted(path.stem for path in _FOLDER.glob("*.js"))
    return tuple(hash_of(source(name).encode()) for name in names)


def hash_of(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(sha256(script).digest()).decode()}'"
