"""Drug-target interactions from biomedical literature: the science."""
