"""QTI packages: read in the versions 2.1, 2.2 and 3.0, written in 3.0.

Source: 1EdTech, "QTI 3.0 Assessment, Section and Item Information Model"; "QTI 2.2"; "Content Packaging 1.2".
"""
