"""Flavor wheels: figures in, drawings and tables out. Nothing here reads the database."""
