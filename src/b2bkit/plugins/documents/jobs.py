"""What happens to documents in the background."""

from __future__ import annotations

from typing import Final

from b2bkit import Job
from b2bkit.plugins.documents.service import forms

JOBS: Final = (
    Job(name=forms.FETCH, run=forms.fetch, opens_work=True, time_limit=180),
    Job(name="documents.forget", run=forms.forget, every=3600),
)
