"""Celery workers, schedule and the embedded stack."""
