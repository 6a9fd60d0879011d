"""Curation of the lexicon: what is known of terms, which categories fit, changes of many."""
