"""Who is logged in from where, and the second factor."""
