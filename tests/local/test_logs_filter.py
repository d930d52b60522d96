"""The filter pattern language, on the examples of its documentation and at its edges."""

from __future__ import annotations

import json

import pytest

from tui.local.errors import AwsError
from tui.local.log_filter import compile_pattern

BAD_REQUEST = "[ERROR 400] BAD REQUEST"
MISSING = "[ERROR 419] MISSING ARGUMENTS"
INFO = "[INFO] REQUEST FAILED"
ROUND = "[7]#011train-rmse:3.2#011validation-rmse:4.1"

TRAIL = json.dumps(
    {
        "eventType": "UpdateTrail",
        "sourceIPAddress": "111.111.111.111",
        "arrayKey": ["value", "another value"],
        "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
        "SomeObject": None,
        "ThisFlag": True,
        "cluster.name": "c",
        "latency": 60.5,
        "code": 404,
        "text": "1e3",
        "quoted": 'say "hi"',
    }
)
USERS = json.dumps(
    {
        "user": {"id": 1, "email": "John.Stiles@example.com"},
        "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3, "email": "Jane.Doe@example.com"}],
        "actions": ["GET", "PUT", "DELETE"],
        "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
    }
)
ACCESS = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
FAILED = "ERROR 09/25/2014 12:00:02 Failed to process request"
POSTED = "INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310"


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        ("", INFO, True),
        ("   ", INFO, True),
        ('" "', "nospace", True),
        ("ERROR", BAD_REQUEST, True),
        ("error", BAD_REQUEST, False),
        ("QUEST", BAD_REQUEST, True),
        ("ERROR ARGUMENTS", MISSING, True),
        ("ERROR ARGUMENTS", BAD_REQUEST, False),
        ("?ERROR ?ARGUMENTS", BAD_REQUEST, True),
        ("?ERROR ?ARGUMENTS", INFO, False),
        ("?ERROR ?ARGUMENTS REQUEST", INFO, True),
        ("?ERROR -FAILED", INFO, False),
        ('"BAD REQUEST"', BAD_REQUEST, True),
        ('"REQUEST BAD"', BAD_REQUEST, False),
        ("ERROR -ARGUMENTS", BAD_REQUEST, True),
        ("ERROR -ARGUMENTS", MISSING, False),
        ('-"BAD REQUEST"', BAD_REQUEST, False),
        ('"validation-rmse"', ROUND, True),
        (r'"say \"hi\""', 'they say "hi"', True),
        ("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST", True),
        (r"%^\[ERROR 4[01]\d\]%", BAD_REQUEST, True),
        (r"%^\[ERROR 4[01]\d\]%", "[ERROR 420] INVALID", False),
        (r"%\[\d+\]#011% %rmse%", ROUND, True),
        (r"-%rmse:\d%", ROUND, False),
        (r"%\x28%", "f(x)", True),
        ("größe", "die größe", True),
    ],
)
def test_terms(pattern: str, message: str, expected: bool) -> None:
    assert compile_pattern(pattern)(message) is expected


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        ('{ $.eventType = "UpdateTrail" }', TRAIL, True),
        ("{$.eventType=UpdateTrail}", TRAIL, True),
        ('{ $.eventType = "*Trail" }', TRAIL, True),
        ("{ $.eventType = Update* }", TRAIL, True),
        ("{ $.eventType = *dateTr* }", TRAIL, True),
        ("{ $.eventType = Up*il }", TRAIL, False),
        ("{ $.eventType = * }", TRAIL, True),
        ("{ $.nothing = * }", TRAIL, False),
        ("{ $.eventType = %Trail% }", TRAIL, True),
        ("{ $.eventType != %Trail% }", TRAIL, False),
        ("{ $.sourceIPAddress != 123.123.* }", TRAIL, True),
        ('{ $.arrayKey[0] = "value" }', TRAIL, True),
        ('{ $.arrayKey[2] = "value" }', TRAIL, False),
        ("{ $.arrayKey[*] = %val.{2}% }", TRAIL, True),
        (r"{ $.* = %111\.111\.111\.1[0-9]{1,2}% }", TRAIL, True),
        ("{ $.objectList[1].id = 2 }", TRAIL, True),
        ("{ $.objectList[*].name = b }", TRAIL, True),
        ("{ $.['cluster.name'] = \"c\" }", TRAIL, True),
        ("{ $.SomeObject IS NULL }", TRAIL, True),
        ("{ $.eventType IS NULL }", TRAIL, False),
        ("{ $.ThisFlag IS TRUE }", TRAIL, True),
        ("{ $.ThisFlag IS FALSE }", TRAIL, False),
        ("{ $.Other NOT EXISTS }", TRAIL, True),
        ("{ $.SomeObject NOT EXISTS }", TRAIL, False),
        ("{ $.latency > 60 }", TRAIL, True),
        ("{ $.latency <= +6.05e1 }", TRAIL, True),
        ("{ $.latency < 60.5 }", TRAIL, False),
        ("{ $.latency >= 61 }", TRAIL, False),
        ("{ $.code = 404 }", TRAIL, True),
        ("{ $.code = 4* }", TRAIL, True),
        ("{ $.code != 404.0 }", TRAIL, False),
        ("{ $.text = 1000 }", TRAIL, True),
        ("{ $.eventType > 5 }", TRAIL, False),
        ("{ $.eventType != 5 }", TRAIL, True),
        (r'{ $.quoted = "say \"hi\"" }', TRAIL, True),
        # An array, an object, a truth value or nothing at all neither equals anything nor differs from it.
        ("{ $.arrayKey = 1 || $.arrayKey != 1 }", TRAIL, False),
        ("{ $.ThisFlag = true || $.ThisFlag != true }", TRAIL, False),
        ("{ $.Other = x || $.Other != x }", TRAIL, False),
        ('{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', USERS, True),
        ('{ ($.user.id = 2 && $.users[0].email = "no") || $.actions[2] = "GET" }', USERS, False),
        ('{ $.user.email = "John.*" || $.coordinates[0][1] = no && $.actions[2] = no }', USERS, True),
        ('{ ($.user.email = "John.*" || $.coordinates[0][1] = no) && $.actions[2] = no }', USERS, False),
        ("{ $.coordinates[2][0] = 7 }", USERS, True),
        ("{ $.a NOT EXISTS }", "plain text", False),
        ("{ $.a NOT EXISTS }", "{broken", False),
        ("{ $.a NOT EXISTS }", '{"a":' * 100_000, False),
    ],
)
def test_json_conditions(pattern: str, message: str, expected: bool) -> None:
    assert compile_pattern(pattern)(message) is expected


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        ("[ip, user, username, timestamp, request, status_code, bytes]", ACCESS, True),
        (
            r"[ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]",
            ACCESS,
            True,
        ),
        ("[..., request =*.html*, status_code = 4*, bytes]", ACCESS, True),
        ("[..., request =*.html*, status_code = 4*,]", ACCESS, True),
        ("[ip, user, ..., status=5*]", ACCESS, False),
        ("[ip, user = Prod, ..., status = 404 || status = 410, bytes > 1000]", ACCESS, True),
        ("[ip, ..., status = 4* && status != 404, bytes]", ACCESS, False),
        ("[ip, ..., (status = 4* || status = 5*) && status != 403, bytes]", ACCESS, True),
        ("[..., bytes > 2000]", ACCESS, False),
        ('[..., timestamp = "10/Oct/2000*", request, status, bytes]', ACCESS, True),
        ("[w1=ERROR, w2]", FAILED, True),
        ("[w1=ERROR, w2]", POSTED, False),
        ("[w1=ERROR || w1=WARNING, w2]", FAILED, True),
        ("[w1!=ERROR && w1!=WARNING, w2]", FAILED, False),
        ('[level, day, time, text = "Failed to process request"]', FAILED, True),
        ("[level, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, response_time]", POSTED, True),
        ("[level, date, time, method, url=%/service/resource/[0-9]+$%, response_time]", POSTED, False),
        ("[a, b, c]", "only two", False),
        ("[a, ..., b]", "one", False),
        ("[a, ..., b]", "one two", True),
        ("[...]", "", True),
    ],
)
def test_space_delimited_fields(pattern: str, message: str, expected: bool) -> None:
    assert compile_pattern(pattern)(message) is expected


@pytest.mark.parametrize(
    ("pattern", "term"),
    [
        ("validation-rmse", "validation-rmse"),
        ("ERROR foo:bar", "foo:bar"),
        ("?", "?"),
        ("ERROR - EXIT", "-"),
        ('""', '""'),
        ('"open end', '"open'),
        ('"a"b', '"a"b'),
        ("%something!%", "%something!%"),
        ("%(a|b)%", "%(a|b)%"),
        ("%[a%", "%[a%"),
        ("%ä%", "%ä%"),
        ("{ level = 1 }", "level"),
        ("{ $ = 1 }", "$"),
        ("{ $.a == 1 }", "="),
        ("{ $.a = b@c }", "@"),
        ("{ $.a > b }", "b"),
        ('{ $.a < "1" }', '"1"'),
        ("{ $.a = $.b }", "$.b"),
        ("{ $.a IS NOT }", "NOT"),
        ("{ $.a NOT NULL }", "NULL"),
        ("{ $.a EXISTS }", "EXISTS"),
        ("{ $.a = 1 $.b = 2 }", "$.b"),
        ("{ $.a[*].b[*] = 1 }", "$.a[*].b[*]"),
        ("{ $.a = 'x' }", "'"),
        ("{" + "(" * 900 + "}", "("),
        ("[a, ..., b, ...]", "..."),
        ("[a = 1 && b = 2, b]", "b"),
        ("[a b, c]", "b"),
        ('["x", c]', '"x"'),
        ("[..., timestamp = 10/Oct*, request]", "/"),
    ],
)
def test_a_malformed_pattern_names_the_term(pattern: str, term: str) -> None:
    with pytest.raises(AwsError) as caught:
        compile_pattern(pattern)
    assert (caught.value.code, caught.value.message) == (
        "InvalidParameterException",
        f"Invalid character(s) in term '{term}'",
    )


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("{ $.a = 1", "If a filter pattern starts with '{' it must end with '}'"),
        ("[a, b", "If a filter pattern starts with '[' it must end with ']'"),
        ("{", "If a filter pattern starts with '{' it must end with '}'"),
        ("{}", "Invalid filter pattern: it ends where a condition is expected"),
        ("{ $.a = 1 && }", "Invalid filter pattern: it ends where a condition is expected"),
        ("{ $.a = }", "Invalid filter pattern: it ends where a condition is expected"),
        ("{ ($.a = 1 }", "Invalid filter pattern: a parenthesis is not closed"),
        ("[a=%1%, b=%2%, c=%3%]", "Invalid filter pattern: at most 2 regular expressions are allowed"),
    ],
)
def test_an_incomplete_pattern_says_what_is_missing(pattern: str, message: str) -> None:
    with pytest.raises(AwsError) as caught:
        compile_pattern(pattern)
    assert (caught.value.code, caught.value.message) == ("InvalidParameterException", message)
