"""The `dateline` command, by subject: each reads its options, calls one verb and prints for a person."""
