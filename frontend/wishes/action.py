"""The shape of what performs a wish; a module of its own because the areas and their collection both need it."""

from __future__ import annotations

from collections.abc import Callable

from frontend.page import Page
from frontend.state import Wish

Action = Callable[[Page, Wish], None]
