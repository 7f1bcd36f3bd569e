"""The dashboard: known for the hosted service, told by the operator for any other."""

import pytest

from core.dashboard import dashboard_of, deployment_page

WORKFLOW = "e6b4c18d-520f-461f-b2e4-3faf10a91804"


@pytest.mark.parametrize(
    ("api_url", "given", "dashboard"),
    [
        ("https://api.comfydeploy.com", None, "https://app.comfydeploy.com"),
        (" https://API.comfydeploy.com/api/", None, "https://app.comfydeploy.com"),
        ("https://api.comfydeploy.com", "https://mine.example/", "https://mine.example"),
        ("https://api.comfydeploy.com.evil.example", None, None),
        ("http://127.0.0.1:3011", None, None),
        ("http://127.0.0.1:3011", "http://127.0.0.1:3000", "http://127.0.0.1:3000"),
    ],
)
def test_the_hosted_dashboard_is_known_and_any_other_is_told(
    api_url: str, given: str | None, dashboard: str | None
) -> None:
    assert dashboard_of(api_url, given) == dashboard


def test_a_deployment_is_found_at_its_workflow() -> None:
    page = deployment_page("https://mine.example", WORKFLOW)

    assert page == f"https://mine.example/workflows/{WORKFLOW}/deployment"
