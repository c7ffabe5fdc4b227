"""Data that others published, with what they found in them."""

import numpy as np
from numpy.typing import NDArray

LSAT6_PATTERNS = """
00000 3   00001 6   00010 2   00011 11   00100 1   00101 1   00110 3   00111 4
01000 1   01001 8   01010 0   01011 16   01100 0   01101 3   01110 2   01111 15
10000 10  10001 29  10010 14  10011 81   10100 3   10101 28  10110 15  10111 80
11000 16  11001 56  11010 21  11011 173  11100 11  11101 61  11110 28  11111 298
"""
"""Law School Admission Test, section 6: 1000 persons, 5 items, how many gave each pattern of answers.

Source: Bock and Lieberman (1970), Psychometrika 35, table 1; also as data set LSAT of the R package ltm.
"""


def lsat6() -> NDArray[np.float64]:
    """1000 persons × 5 items of 0.0 and 1.0."""
    words = LSAT6_PATTERNS.split()
    counted = zip(words[::2], words[1::2], strict=True)
    return np.array([[float(mark) for mark in word] for word, count in counted for _ in range(int(count))])


ADMISSIONS = np.array(
    [
        [[512, 313], [89, 19]],
        [[353, 207], [17, 8]],
        [[120, 205], [202, 391]],
        [[138, 279], [131, 244]],
        [[53, 138], [94, 299]],
        [[22, 351], [24, 317]],
    ],
    dtype=float,
)
"""Departments × (men, women) × (admitted, rejected), Berkeley 1973. Source: Bickel, Hammel and O'Connell (1975),
Science 187; data set UCBAdmissions of R."""

SATISFACTION = np.array(
    [
        [[1, 3, 11, 2], [2, 3, 17, 3], [0, 1, 8, 5], [0, 2, 4, 2]],
        [[1, 1, 2, 1], [0, 3, 5, 1], [0, 0, 7, 3], [0, 1, 9, 6]],
    ],
    dtype=float,
)
"""Genders × incomes × satisfaction with the job. Source: Agresti (2002), Categorical Data Analysis, table 7.8."""


def simulated(
    persons: int, difficulties: list[float], slopes: list[float] | None = None, *, seed: int
) -> NDArray[np.float64]:
    """Answers of persons with standard normal abilities."""
    chance = np.random.default_rng(seed)
    steep = np.array(slopes or [1.0] * len(difficulties))
    ability = chance.normal(size=(persons, 1))
    right = 1 / (1 + np.exp(-steep * (ability - np.array(difficulties))))
    return (chance.random(right.shape) < right).astype(float)
