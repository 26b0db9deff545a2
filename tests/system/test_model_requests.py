"""What the model client sends is what the API's own description allows, for requests like each assistant's."""
import json
import os
import subprocess

import jsonschema
import pytest

from daemons import BUILD, TOP

PROBE = BUILD / "tests/tools/model_probe"
SPECIFICATION = TOP / "../shared/reference/openai-api-subset.json"

pytestmark = pytest.mark.skipif(not SPECIFICATION.exists() and not os.environ.get("CI"),
                                reason="skipped: no ../shared/reference")

WISH = {"type": "object", "additionalProperties": False, "required": ["slot", "colour", "max_price"],
        "properties": {"slot": {"type": "string"}, "colour": {"type": ["string", "null"]},
                       "max_price": {"type": ["number", "null"]}}}
ASSESSMENT = {"type": "object", "additionalProperties": False, "required": ["topic", "needs"],
              "properties": {"topic": {"type": "string", "enum": ["fashion", "other"]},
                             "needs": {"type": "array", "items": {"type": "string"}}}}
THREAD = [{"role": "user", "content": "A linen shirt, „bitte“ 👔\n"}, {"role": "assistant", "content": "Here."},
          {"role": "user", "content": "cheaper"}]
REQUESTS = {
    "suggestion": {"model": "gpt-6.1-terra", "effort": "low", "instructions": "Suggest.", "messages": THREAD, "stream": True,
                   "max_tokens": 4000, "cache_key": "suggest-v1", "shopper": "0123456789abcdef" * 4},
    "assessment": {"model": "gpt-6-luna", "effort": "none", "instructions": "Read.", "messages": THREAD, "stream": False,
                   "schema_name": "assessment_v1", "schema": ASSESSMENT, "max_tokens": 2000, "cache_key": "assess-v1"},
    "extraction": {"model": "gpt-6-luna", "effort": "none", "instructions": "Extract.", "messages": THREAD[:1], "stream": True,
                   "tools": [{"name": "find_product", "description": "one product", "parameters": WISH, "strict": True},
                             {"name": "nothing", "description": "none", "strict": False}], "tool_choice": "auto"},
    "choice": {"model": "gpt-6-luna", "messages": THREAD[:1], "stream": True, "tool_choice": "required",
               "tools": [{"name": "choose", "description": "by number", "parameters": WISH}]},
    "bare": {"model": "gpt-6-luna", "messages": THREAD[:1]},
}


def specification():
    assert SPECIFICATION.exists(), "CI has ../shared"
    text = json.loads(SPECIFICATION.read_text())
    return widen(text)


def widen(value):
    """OpenAPI's `nullable` in JSON Schema's words."""
    if isinstance(value, dict):
        value = {k: widen(v) for k, v in value.items()}
        if value.pop("nullable", False):
            return {"anyOf": [value, {"type": "null"}]}
    elif isinstance(value, list):
        value = [widen(v) for v in value]
    return value


def members(schema, root):
    """The names of all members that SCHEMA has, through references."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return members(root["components"]["schemas"][name], root)
    names = set(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        names |= members(part, root)
    return names


def body(tmp_path, dialect, profile, request):
    path = tmp_path / "request.json"
    path.write_text(json.dumps(request))
    return subprocess.run([PROBE, "body", dialect, profile, path], cwd=TOP, capture_output=True, check=True).stdout


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("dialect,schema", [("responses", "CreateResponse"), ("chat", "CreateChatCompletionRequest")])
@pytest.mark.parametrize("profile", ["openai", "azure", "understudy", "generic", "ollama"])
def test_a_request_is_as_the_api_describes(tmp_path, name, dialect, schema, profile):
    root = specification()
    sent = json.loads(body(tmp_path, dialect, profile, REQUESTS[name]))
    described = {"$ref": f"#/components/schemas/{schema}", **root}
    jsonschema.Draft202012Validator(described).validate(sent)
    assert set(sent) <= members({"$ref": f"#/components/schemas/{schema}"}, root)
    if dialect == "responses":
        assert sent["store"] is False
        assert all(type(tool["strict"]) is bool for tool in sent.get("tools", []))
        if sent.get("stream") and profile != "azure":
            assert sent["stream_options"] == {"include_obfuscation": False}


def test_the_same_request_is_the_same_bytes(tmp_path):
    for request in REQUESTS.values():
        assert len({body(tmp_path, "responses", "openai", request) for _ in range(3)}) == 1
