"""Training the mention tagger: spans of labelled corpora to a folder that `dti.mentions.Tagger` opens."""
