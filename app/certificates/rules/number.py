"""The certificate number: 80 random bits in 16 symbols, and 4 check symbols that catch what people mistype.

Reed-Solomon over GF(32), shortened to length 20, distance 5: every 1 to 4 wrong symbols and every swap of
two neighbours are caught; a random string of 20 symbols passes with probability 2⁻²⁰.

Source: specification of certificates, section 2; alphabet: D. Crockford, Base32.
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_BITS = 80
LENGTH = 20
_DATA = 16
_POLYNOMIAL = 0b100101
"""x⁵ + x² + 1, primitive over GF(2)."""
_LOOK_ALIKES = str.maketrans("ILO", "110")
_SEPARATORS = frozenset(
    " \N{NO-BREAK SPACE}\t\r\n-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"
)


def _tables() -> tuple[list[int], list[int]]:
    powers, logs = [0] * 62, [0] * 32
    value = 1
    for exponent in range(31):
        powers[exponent] = powers[exponent + 31] = value
        logs[value] = exponent
        value <<= 1
        if value & 32:
            value ^= _POLYNOMIAL
    return powers, logs


_POWER, _LOG = _tables()


def _times(a: int, b: int) -> int:
    return 0 if a == 0 or b == 0 else _POWER[_LOG[a] + _LOG[b]]


def _generator() -> list[int]:
    """(x - α)(x - α²)(x - α³)(x - α⁴), highest power first."""
    product = [1]
    for exponent in range(1, LENGTH - _DATA + 1):
        root = _POWER[exponent]
        shifted = [*product, 0]
        for place, factor in enumerate(product):
            shifted[place + 1] ^= _times(factor, root)
        product = shifted
    return product


_GENERATOR = _generator()


def _check_symbols(data: list[int]) -> list[int]:
    rest = [*data, 0, 0, 0, 0]
    for place in range(_DATA):
        lead = rest[place]
        for offset, factor in enumerate(_GENERATOR):
            rest[place + offset] ^= _times(lead, factor)
    return rest[_DATA:]


def make(value: int) -> str:
    """The 20 symbols of a number, without dashes, from 80 random bits.

    Raises:
        ValueError: ``value`` does not fit into 80 bits.
    """
    if not 0 <= value < 1 << RANDOM_BITS:
        msg = "80 bits are needed"
        raise ValueError(msg)
    data = [(value >> 5 * (_DATA - 1 - place)) & 31 for place in range(_DATA)]
    return "".join(ALPHABET[symbol] for symbol in data + _check_symbols(data))


def normalise(typed: str) -> str:
    """What somebody typed as a number is stored: upper case, no separators, I and L as 1, O as 0."""
    bare = "".join(symbol for symbol in typed if symbol not in _SEPARATORS)
    return bare.upper().translate(_LOOK_ALIKES)


def valid(number: str) -> bool:
    """Whether a normalised number has the right length, symbols and check symbols. No database is needed."""
    if len(number) != LENGTH or any(symbol not in ALPHABET for symbol in number):
        return False
    data = [ALPHABET.index(symbol) for symbol in number]
    return _check_symbols(data[:_DATA]) == data[_DATA:]


def shown(number: str) -> str:
    """The number as people read it: ``XXXX-XXXX-XXXX-XXXX-XXXX``."""
    return "-".join(number[start : start + 4] for start in range(0, LENGTH, 4))
