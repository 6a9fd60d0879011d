"""The moderators' queue: what waits, who looks at it, and what a decision needs to know."""
