"""Writes Polymertorg's data as CommerceML files: `python -m examples.polymertorg.generate FOLDER`, or by path."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

if not __package__:  # run by path: the repository is not on the path of modules then
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def generate(folder: Path, day: dt.date, *, seed: int | None = None, products: int | None = None, orders: int | None = None) -> list[Path]:
    """Writes the files and returns their paths in the order of sending; None means the sizes of the demo."""
    from examples.polymertorg.generator.files import ORDERS, PRODUCTS, SEED, make_trade, write_trade

    trade = make_trade(
        day,
        seed=SEED if seed is None else seed,
        products=PRODUCTS if products is None else products,
        orders=ORDERS if orders is None else orders,
    )
    return write_trade(trade, folder)


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="generate", description="Write Polymertorg's catalogue, clients and orders as 1C would.")
    parser.add_argument("folder", type=Path, help="where the files go; made when absent")
    parser.add_argument("--day", type=dt.date.fromisoformat, help="the day to which dates relate, YYYY-MM-DD; today when not given")
    parser.add_argument("--seed", type=int, help="another seed gives other figures")
    parser.add_argument("--products", type=int, help="how many products, 3000 when not given")
    parser.add_argument("--orders", type=int, help="how many orders of the last two years, 1200 when not given")
    given = parser.parse_args(arguments)
    day = given.day or dt.datetime.now(dt.UTC).astimezone().date()
    try:
        paths = generate(given.folder, day, seed=given.seed, products=given.products, orders=given.orders)
    except ValueError as problem:
        parser.error(str(problem))
    for path in paths:
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
