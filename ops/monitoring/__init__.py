"""What the server does, read from its own statistics and from the snapshots of them."""
