"""API Gateway: REST, HTTP and WebSocket APIs, of every region."""

from __future__ import annotations

from collections.abc import Iterator

from permission_guard.aws.wiring.answer import Answer
from permission_guard.aws.wiring.elsewhere import looked_at
from permission_guard.aws.wiring.search import Search
from permission_guard.facts import Source

PERMISSIONS = ("apigateway:GET",)
"""The right that this module's calls need: API Gateway has one for every call that reads."""


def of_api_gateway(search: Search) -> Iterator[Source]:
    """APIs with an integration or authorizer that invokes the function without a role of its own.

    One source for each API, whatever in it invokes the function: stage, method and path differ from call to call, and
    with anything narrower than the API a stage or path that is added tomorrow would be a lost caller (decision 11).
    An API may stand in another region than its function; the region of its ARN is the function's all the same
    (https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html).
    """
    for region in search.calls.regions():
        with looked_at(region, search):
            yield from _rest(search, region)
            yield from _http_and_websocket(search, region)


def _rest(search: Search, region: str) -> Iterator[Source]:
    pages = search.calls.pages
    for page in pages("apigateway", "GetRestApis", "position", region=region, limit=500):
        for api in (one.text("id") for one in page.each("items")):
            for found in pages(
                "apigateway",
                "GetResources",
                "position",
                region=region,
                restApiId=api,
                embed=["methods"],
                limit=500,
            ):
                for method in (one for item in found.each("items") for one in item.each("resourceMethods")):
                    yield from _invoking(search, api, method.at("methodIntegration"), "uri", "credentials")
            for found in pages(
                "apigateway", "GetAuthorizers", "position", region=region, restApiId=api, limit=500
            ):
                for one in found.each("items"):
                    yield from _invoking(search, api, one, "authorizerUri", "authorizerCredentials")


def _http_and_websocket(search: Search, region: str) -> Iterator[Source]:
    pages = search.calls.pages
    for page in pages("apigatewayv2", "GetApis", "NextToken", region=region):
        for api in (one.text("ApiId") for one in page.each("Items")):
            for found in pages("apigatewayv2", "GetIntegrations", "NextToken", region=region, ApiId=api):
                for one in found.each("Items"):
                    yield from _invoking(search, api, one, "IntegrationUri", "CredentialsArn")
            for found in pages("apigatewayv2", "GetAuthorizers", "NextToken", region=region, ApiId=api):
                for one in found.each("Items"):
                    yield from _invoking(search, api, one, "AuthorizerUri", "AuthorizerCredentialsArn")


def _invoking(search: Search, api: str, part: Answer, uri: str, credentials: str) -> Iterator[Source]:
    """Return the API as a source if this part of it invokes the function; with a role it needs no statement."""
    if not part.has(credentials) and (target := search.invoked(part.text(uri))):
        yield search.named(f"{api}/*", target)
