"""Problem reports: what waits, and what staff decide. Many reports of a question are one item."""
