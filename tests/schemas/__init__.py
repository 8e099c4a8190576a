"""What newer AWS providers accept than the one that the tests run."""
