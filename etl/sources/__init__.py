"""Sources by hand: found, looked at, written down, exchanged with feed readers."""
