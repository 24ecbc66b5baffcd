"""What is done to stored things as a whole: transforming, rebuilding, upkeep, verifying, mirroring, telling."""
