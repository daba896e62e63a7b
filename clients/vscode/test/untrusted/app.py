"""A small shop."""

from dataclasses import dataclass


@dataclass
class Item:
    """Something to buy."""

    name: str
    price: float
    quantity: int


def total(items: list[Item]) -> float:
    """Return the price of all items together."""
    return sum(item.price * item.quantity for item in items)
