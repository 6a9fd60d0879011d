"""Trees of categories: rows with a parent, a name and a position among their siblings.

A model of such a tree names in `tree_scope` the field that a whole branch shares.
"""
