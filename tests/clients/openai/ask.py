"""The official Python SDK asks the understudy, both dialects, streamed and not. Prints what it got as JSON."""
import json
import sys

from openai import BadRequestError, NotFoundError, OpenAI, RateLimitError

client = OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0)
MODEL = "understudy"
QUESTION = "What do I wear to a beach wedding in July, under 200 dollars?"
PARAMETERS = {"type": "object", "additionalProperties": False, "required": ["slot", "category", "colour", "material",
              "style", "gender", "description", "max_price"],
              "properties": {**{name: {"type": ["string", "null"]} for name in (
                  "slot", "category", "colour", "material", "style", "gender", "description")},
                  "max_price": {"type": ["number", "null"]}}}
FLAT = {"type": "function", "name": "find_product", "description": "one product", "strict": True, "parameters": PARAMETERS}
NESTED = {"type": "function", "function": {k: FLAT[k] for k in ("name", "description", "strict", "parameters")}}
PARAGRAPH = "Wear a white linen shirt with sand chino shorts and tan leather sandals."
got = {}

# Responses
response = client.responses.create(model=MODEL, input=QUESTION, store=False)
got["responses"] = {"text": response.output_text, "status": response.status, "tokens": response.usage.total_tokens}
kinds, text = [], ""
with client.responses.stream(model=MODEL, input=QUESTION, store=False) as stream:
    for event in stream:
        kinds.append(event.type)
        text += event.delta if event.type == "response.output_text.delta" else ""
    final = stream.get_final_response()
got["responses_stream"] = {"text": text, "final": final.output_text, "kinds": sorted(set(kinds)), "last": kinds[-1],
                           "tokens": final.usage.total_tokens}
for name, streamed in ("responses_tools", False), ("responses_tools_stream", True):
    arguments = dict(model=MODEL, input=PARAGRAPH, instructions="Call find_product for each product.", tools=[FLAT], store=False)
    if streamed:
        with client.responses.stream(**arguments) as stream:
            stream.until_done()
            answer = stream.get_final_response()
    else:
        answer = client.responses.create(**arguments)
    got[name] = [json.loads(i.arguments) for i in answer.output if i.type == "function_call"]

# Chat Completions
messages = [{"role": "user", "content": QUESTION}]
chat = client.chat.completions.create(model=MODEL, messages=messages)
got["chat"] = {"text": chat.choices[0].message.content, "finish": chat.choices[0].finish_reason,
               "tokens": chat.usage.total_tokens}
text = ""
with client.chat.completions.stream(model=MODEL, messages=messages, stream_options={"include_usage": True}) as stream:
    for event in stream:
        text += event.delta if event.type == "content.delta" else ""
    final = stream.get_final_completion()
got["chat_stream"] = {"text": text, "final": final.choices[0].message.content, "finish": final.choices[0].finish_reason,
                      "tokens": final.usage.total_tokens}
paragraph = [{"role": "system", "content": "Call find_product for each product."}, {"role": "user", "content": PARAGRAPH}]
calls = client.chat.completions.create(model=MODEL, messages=paragraph, tools=[NESTED]).choices[0].message.tool_calls
got["chat_tools"] = [json.loads(c.function.arguments) for c in calls]
with client.chat.completions.stream(model=MODEL, messages=paragraph, tools=[NESTED]) as stream:
    stream.until_done()
    calls = stream.get_final_completion().choices[0].message.tool_calls
got["chat_tools_stream"] = [c.function.parsed_arguments if c.function.parsed_arguments is not None
                            else json.loads(c.function.arguments) for c in calls]

# the rest
got["models"] = [m.id for m in client.models.list()]
vectors = client.embeddings.create(model="text-embedding-3-small", input=["linen shirt", "wool coat"])
got["embeddings"] = [len(v.embedding) for v in vectors.data]
errors = {}
for model, error in (("understudy+429", RateLimitError),):
    try:
        client.responses.create(model=model, input=QUESTION)
    except error as e:
        errors[model] = e.status_code
try:
    client.post("/nowhere", body={}, cast_to=object)
except (NotFoundError, BadRequestError) as e:
    errors["nowhere"] = e.status_code
got["errors"] = errors
print(json.dumps(got))
