// The official JavaScript SDK asks the understudy, both dialects, streamed and not. Prints what it got as JSON.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.argv[2], apiKey: "none", maxRetries: 0 });
const model = "understudy";
const question = "What do I wear to a beach wedding in July, under 200 dollars?";
const paragraph = "Wear a white linen shirt with sand chino shorts and tan leather sandals.";
const names = ["slot", "category", "colour", "material", "style", "gender", "description"];
const parameters = {
  type: "object", additionalProperties: false, required: [...names, "max_price"],
  properties: { ...Object.fromEntries(names.map((n) => [n, { type: ["string", "null"] }])), max_price: { type: ["number", "null"] } },
};
const f = { name: "find_product", description: "one product", strict: true, parameters };
const got = {};

const response = await client.responses.create({ model, input: question, store: false });
got.responses = { text: response.output_text, status: response.status, tokens: response.usage.total_tokens };
{
  const stream = client.responses.stream({ model, input: question, store: false });
  const kinds = [];
  let text = "";
  for await (const event of stream) {
    kinds.push(event.type);
    if (event.type === "response.output_text.delta") text += event.delta;
  }
  const final = await stream.finalResponse();
  got.responses_stream = { text, final: final.output_text, kinds: [...new Set(kinds)].sort(), last: kinds.at(-1),
    tokens: final.usage.total_tokens };
}
const tools = { model, input: paragraph, instructions: "Call find_product for each product.", tools: [{ type: "function", ...f }], store: false };
const wanted = (r) => r.output.filter((i) => i.type === "function_call").map((i) => JSON.parse(i.arguments));
got.responses_tools = wanted(await client.responses.create(tools));
got.responses_tools_stream = wanted(await client.responses.stream(tools).finalResponse());

const messages = [{ role: "user", content: question }];
const chat = await client.chat.completions.create({ model, messages });
got.chat = { text: chat.choices[0].message.content, finish: chat.choices[0].finish_reason, tokens: chat.usage.total_tokens };
{
  const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } });
  let text = "";
  stream.on("content", (delta) => { text += delta; });
  const final = await stream.finalChatCompletion();
  got.chat_stream = { text, final: final.choices[0].message.content, finish: final.choices[0].finish_reason,
    tokens: (await stream.totalUsage()).total_tokens };
}
const asked = { model, messages: [{ role: "system", content: "Call find_product for each product." }, { role: "user", content: paragraph }],
  tools: [{ type: "function", function: f }] };
const calls = (c) => c.choices[0].message.tool_calls.map((t) => JSON.parse(t.function.arguments));
got.chat_tools = calls(await client.chat.completions.create(asked));
got.chat_tools_stream = calls(await client.chat.completions.stream(asked).finalChatCompletion());

got.models = (await client.models.list()).data.map((m) => m.id);
const vectors = await client.embeddings.create({ model: "text-embedding-3-small", input: ["linen shirt", "wool coat"] });
got.embeddings = vectors.data.map((v) => v.embedding.length);
got.errors = {};
await client.responses.create({ model: "understudy+429", input: question }).catch((e) => { got.errors["understudy+429"] = e.status; });
await client.post("/nowhere", { body: {} }).catch((e) => { got.errors.nowhere = e.status; });
console.log(JSON.stringify(got));
