"""The operators of the table; one family is one file."""

from . import arithmetic, casts, equations, logic, movement, order, places, products, sums, windows  # noqa: F401
