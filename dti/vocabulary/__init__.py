"""Labels of interactions, what they mean, and what other vocabularies call it."""

from __future__ import annotations

from dti.vocabulary.interactions import Biolink, Vocabulary, VocabularyEntry, default_vocabulary

__all__ = ["Biolink", "Vocabulary", "VocabularyEntry", "default_vocabulary"]
