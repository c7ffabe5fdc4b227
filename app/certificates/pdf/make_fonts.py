"""Make the certificate's fonts: static instances of Noto, cut down to the letters of names in our languages.

Not part of the running product. Needs two more packages in a throw-away environment:

    pip install fonttools fontpkg-noto-sans fontpkg-noto-serif
    python app/certificates/pdf/make_fonts.py

Letters: Latin with all its extensions for names of Europe, Turkic languages and Viet Nam; Cyrillic with its
supplements (every Kazakh letter); punctuation, ₸ and №. The result has no hinting and no layout tables:
ReportLab uses neither.
"""

import importlib.util
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FOLDER = Path(__file__).with_name("fonts")
FACES = {
    "NotoSans-Regular": ("fontpkg_noto_sans", "NotoSans", 400),
    "NotoSans-Bold": ("fontpkg_noto_sans", "NotoSans", 700),
    "NotoSerif-Medium": ("fontpkg_noto_serif", "NotoSerif", 500),
}
LETTERS = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),  # Latin-1, Extended-A and -B
    0x259,  # the small letter of Ə, which Unicode keeps among the phonetic ones
    *range(0x2B9, 0x2BE),  # letter apostrophes
    *range(0x300, 0x30D),  # accents that have no letter of their own
    *range(0x400, 0x530),  # Cyrillic and its supplement
    *range(0x1E00, 0x1F00),  # Latin Extended Additional
    *range(0x2010, 0x2027),  # dashes and quotation marks
    *map(ord, "\u202f\u2030\u2039\u203a\u20ac\u20b8\u2116\u2212\u00d7"),  # ₸ № and their neighbours
)


def make() -> None:
    """Write every face into ``fonts/``."""
    for name, (package, family, weight) in FACES.items():
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise SystemExit(f"install {package.replace('_', '-')} first")
        source = Path(spec.origin).parent / "files" / f"{family}[wdth,wght].ttf"
        font = instantiateVariableFont(TTFont(source), {"wght": weight, "wdth": 100}, updateFontNames=True)
        options = subset.Options(hinting=False, layout_features=[], name_IDs=["*"], notdef_outline=True)
        options.drop_tables += ["GPOS", "GSUB", "GDEF", "STAT", "MVAR", "HVAR", "avar"]
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=LETTERS)
        cutter.subset(font)
        font["head"].modified = font["head"].created  # the same bytes whenever it is run
        font.recalcTimestamp = False
        font.save(FOLDER / f"{name}.ttf")


if __name__ == "__main__":
    make()
