"""What several rooms of tests share."""

import pytest

from core.comfydeploy import retry


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads are asked again at once; what `Retry-After` says still holds."""
    monkeypatch.setattr(retry, "BASE", 0.001)
