"""What is known and what is live: the frontier, the ledger, the folders, and reading them strictly."""
