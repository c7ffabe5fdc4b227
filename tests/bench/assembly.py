"""Time and gap of the assembly of forms: ``python -m tests.bench.assembly [SEED]``.

A synthetic bank of 400 items in eight domains with case sets, enemies, types and levels; three forms of 80.
"""

import sys
from time import perf_counter

import numpy as np

from app.psychometrics.rules.assembly import Candidate, Demand, assemble
from app.psychometrics.rules.parallel import ABILITIES, information, targets

DOMAINS = {"D1": 10, "D2": 12, "D3": 12, "D4": 12, "D5": 10, "D6": 10, "D7": 6, "D8": 8}
LIMITS = {"multiple": (0, 8), "understand": (20, 28), "apply": (32, 40), "analyse": (16, 24)}


def bank(seed: int, items: int = 400) -> list[Candidate]:
    """A third of the items in case sets of four, one in ten with an enemy, a tenth already met by too many."""
    chance = np.random.default_rng(seed)
    spread = [
        str(name)
        for name in chance.permutation([name for name, count in DOMAINS.items() for _ in range(count)])
    ]
    made: list[Candidate] = []
    for number in range(items):
        case = f"case-{number // 4}" if number % 12 < 4 else None
        domain = made[-1].domain if case and number % 4 else spread[number % 80]
        slope, difficulty = float(chance.lognormal(0, 0.3)), float(chance.normal(-0.3, 1))
        made.append(
            Candidate(
                id=f"i{number:03}",
                domain=domain,
                case=case,
                enemies=frozenset({f"i{number - 7:03}"}) if number % 10 == 9 else frozenset(),
                traits=frozenset(
                    {
                        str(chance.choice(["single", "multiple"], p=[0.9, 0.1])),
                        str(chance.choice(["understand", "apply", "analyse"], p=[0.3, 0.45, 0.25])),
                    }
                ),
                measures={f"information at {at:g}": information(slope, difficulty, at) for at in ABILITIES}
                | {"difficulty": difficulty},
                exposure=float(chance.uniform(0, 0.205)),
            )
        )
    return made


def main() -> None:
    """Print what the search needed."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    items = bank(seed)
    for most_forms, overlap in ((1, 0), (2, 16)):
        demand = Demand(
            DOMAINS,
            forms=3,
            cases=24,
            limits=LIMITS,
            targets=targets(items, DOMAINS),
            most_forms=most_forms,
            overlap=overlap,
            exposure_cap=0.2,
        )
        start = perf_counter()
        found = assemble(items, demand, seed=seed, seconds=120)
        print(
            f"400 items, 3 forms of 80, overlap {overlap}: {found.status} in {perf_counter() - start:.1f} s, "
            f"deviation {found.deviation}, bound {found.bound}, gap {found.gap} {found.shortages}"
        )


if __name__ == "__main__":
    main()
