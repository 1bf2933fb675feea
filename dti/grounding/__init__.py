"""Where a document says what was generated: sentences, mentions, evidence."""
