"""Demo content: members in fixtures/demo_members.jsonl, their attempts, and what moderators did.

The same on every day: moments count back from now, and chance is seeded.
"""
