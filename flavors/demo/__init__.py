"""Demo content: a category tree, words for what stands in it, and tastings of made-up items.

The same on every day: moments count back from now, and chance is seeded.
"""
