"""The verbs of the capstone: handing in, rating, telling the outcome."""
