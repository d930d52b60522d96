"""Whom the server lets in, and what it says to requests for what it does not serve."""

from __future__ import annotations

import http.client
import socket

import pytest
from botocore.exceptions import ClientError

from tests.local.server import LocalServer

WAIT_SECONDS = 60


class TestGate:
    def test_only_its_own_hosts(self, server: LocalServer) -> None:
        signed = {"Authorization": server.authorization("sts"), "Content-Type": "application/x-www-form-urlencoded"}
        form = b"Action=GetCallerIdentity"
        for host in (f"127.0.0.1:{server.port}", f"localhost:{server.port}"):
            assert server.send("POST", "/", signed | {"Host": host}, form).status == 200
        for host in ("evil.example", f"evil.example:{server.port}", "127.0.0.1", "localhost:1"):
            answer = server.send("POST", "/", signed | {"Host": host}, form)
            assert answer.status == 403
            assert f"This server is not {host}; use {server.url} as the endpoint URL." in answer.body.decode()

    @pytest.mark.parametrize(
        ("service", "operation", "code"),
        [
            ("sagemaker", "list_tags", "UnrecognizedClientException"),
            ("logs", "describe_log_groups", "UnrecognizedClientException"),
            ("sts", "get_caller_identity", "InvalidClientTokenId"),
            ("iam", "list_roles", "InvalidClientTokenId"),
            ("s3", "list_buckets", "InvalidAccessKeyId"),
        ],
    )
    def test_a_foreign_key_is_refused_in_each_protocol(
        self, server: LocalServer, service: str, operation: str, code: str
    ) -> None:
        parameters = {"ResourceArn": "arn:aws:sagemaker:us-east-1:1:model/m"} if operation == "list_tags" else {}
        with pytest.raises(ClientError) as caught:
            getattr(server.new_client(service, "AKIAFOREIGN"), operation)(**parameters)
        assert caught.value.response["Error"]["Code"] == code
        assert "use the access key this server printed" in caught.value.response["Error"]["Message"]
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403

    @pytest.mark.parametrize("signature_version", ["s3", "s3v4"])
    def test_a_presigned_url_with_a_foreign_key(self, server: LocalServer, signature_version: str) -> None:
        client = server.new_client("s3", "AKIAFOREIGN", signature_version=signature_version)
        url = client.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "key"})
        answer = server.send("GET", url.removeprefix(server.url), {})
        assert answer.status == 403
        assert b"<Code>InvalidAccessKeyId</Code>" in answer.body

    def test_an_unsigned_request(self, server: LocalServer) -> None:
        answer = server.send("POST", "/", {"X-Amz-Target": "SageMaker.ListTags"}, b"{}")
        assert (answer.status, answer.json()["__type"]) == (403, "MissingAuthenticationTokenException")
        answer = server.send("GET", "/bucket/key", {})
        assert (answer.status, b"<Code>AccessDenied</Code>" in answer.body) == (403, True)

    @pytest.mark.parametrize("target", ["", "X-Amz-Target: SageMaker.ListTags\r\n"], ids=["s3", "json"])
    def test_a_refused_body_that_waits_to_be_asked_for_is_never_read(self, server: LocalServer, target: str) -> None:
        head = (
            f"PUT /bucket/key HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n{target}"
            "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_SECONDS) as connection:
            connection.sendall(head.encode())
            response = http.client.HTTPResponse(connection)
            response.begin()
            assert (response.status, response.headers["Connection"]) == (403, "close")
            response.read()
            assert connection.recv(1) == b"", "the connection is closed"

    def test_no_page_may_read_an_answer(self, server: LocalServer) -> None:
        answer = server.send("OPTIONS", "/", {"Origin": "https://evil.example"})
        assert answer.status == 403
        assert not [name for name in answer.headers if name.startswith("access-control-")]


class TestUnserved:
    def test_an_operation_not_implemented_is_named_and_not_retried(self, server: LocalServer) -> None:
        client = server.new_client(
            "sagemaker", server.access_key, retries={"total_max_attempts": 5, "mode": "standard"}
        )
        with pytest.raises(ClientError) as caught:
            client.list_domains()
        response = caught.value.response
        assert response["Error"] == {
            "Code": "UnsupportedOperation",
            "Message": "The embedded SageMaker does not implement ListDomains of sagemaker.",
        }
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert response["ResponseMetadata"]["RetryAttempts"] == 0

    def test_an_operation_that_does_not_exist(self, server: LocalServer) -> None:
        answer = server.send_json("sagemaker", "SageMaker.Close", b"{}")
        assert answer.status == 400
        assert answer.json() == {"__type": "UnknownOperationException", "message": "sagemaker has no operation Close."}
        answer = server.send_form("sts", "Action=Close")
        assert (answer.status, b"<Code>InvalidAction</Code>" in answer.body) == (400, True)

    @pytest.mark.parametrize(
        ("service", "operation", "parameters", "named"),
        [
            ("dynamodb", "list_tables", {}, "ListTables of dynamodb"),
            ("iam", "list_users", {}, "ListUsers of iam"),
            ("ec2", "describe_regions", {}, "DescribeRegions of ec2"),
            ("lambda", "list_functions", {}, "GET /2015-03-31/functions of lambda"),
            (
                "sagemaker-runtime",
                "invoke_endpoint_async",
                {"EndpointName": "boston", "InputLocation": "s3://bucket/key"},
                "InvokeEndpointAsync of sagemaker-runtime",
            ),
        ],
    )
    def test_other_services_are_told_so_in_their_own_form(
        self, server: LocalServer, service: str, operation: str, parameters: dict[str, object], named: str
    ) -> None:
        with pytest.raises(ClientError) as caught:
            getattr(server.client(service), operation)(**parameters)
        assert caught.value.response["Error"]["Code"] == "UnsupportedOperation"
        assert named in caught.value.response["Error"]["Message"]
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400

    def test_every_answer_has_a_request_id(self, server: LocalServer) -> None:
        answers = [
            server.send_json("sagemaker", "SageMaker.ListDomains", b"{}"),
            server.send_json("logs", "Logs_20140328.DescribeLogGroups", b"{}"),
            server.send_form("sts", "Action=GetCallerIdentity"),
            server.send("GET", "/bucket", {}),
        ]
        assert [answer.status for answer in answers] == [400, 200, 200, 403]
        assert len({answer.headers["x-amzn-requestid"] for answer in answers}) == 4
