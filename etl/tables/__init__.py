"""The tables as declared, the rows that fill them, and what is made from both: views, dictionary, checks."""
