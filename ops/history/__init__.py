"""History for people: what happened to an object, what happened lately, and the way back."""
