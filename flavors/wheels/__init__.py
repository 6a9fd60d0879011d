"""Flavor wheels: what they are of, their figures, drawings, tables and comparison, and the saved.

figures, colors, lettering, layout, svg, png and comparing read nothing but what they are given.
"""
