"""Tests, and what they share: servers, records, fixtures."""
