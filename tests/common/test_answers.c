#include "tests/common/reading.h"

static void
chat_answers_of_all_kinds(void **state)
{
    static const struct {
        int http;
        const char *body, *expected;
    } cases[] = {
        { 200, CHUNK("{\"content\":\"a\"}", "null") CHUNK("{}", "\"stop\"") DONE, "ok \"a\"" },
        { 200, CHUNK("{\"content\":\"a\"}", "null") CHUNK("{}", "\"stop\""), "ok \"a\"" }, /* no [DONE] */
        { 200, CHUNK("{\"content\":\"a\"}", "null") DONE, "ok \"a\"" },         /* no finish (Snowflake) */
        { 200, CHUNK("{\"content\":\"a\"}", "null"), "error:transient \"a\"" }, /* neither */
        { 200, CHUNK("{}", "\"stop\"") DONE, "empty" },
        { 200, DONE, "error:transient" },
        { 200, "", "error:transient" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"length\"") DONE, "length \"a\"" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"content_filter\"") DONE, "filter \"a\"" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"end_turn\"") DONE, "ok \"a\"" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"error\"") DONE, "error:transient \"a\"" },
        { 200, CHUNK("{\"refusal\":\"no\"}", "\"stop\"") DONE, "refusal no:no" },
        { 200,
          CHUNK("{\"content\":[{\"type\":\"thinking\",\"thinking\":[]},{\"type\":\"text\",\"text\":\"a\"}]}",
                "\"stop\""),
          "ok \"a\"" },
        { 200, CHUNK("{\"content\":null,\"tool_calls\":null}", "\"stop\"") DONE, "empty" },
        { 200, D("{\"choices\":null}") D("{}") CHUNK("{\"content\":\"a\"}", "\"stop\""), "ok \"a\"" },
        { 200,
          D("{\"choices\":[{\"index\":0,\"content_filter_offsets\":{}}]}")
              CHUNK("{\"content\":\"a\"}", "\"stop\""),
          "ok \"a\"" },
        { 200,
          D("{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}}]}")
              CHUNK("{\"content\":\"a\"}", "\"stop\""),
          "ok \"a\"" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"stop\"") D("{\"choices\":[],\"usage\":{\"prompt_tokens\":1}}"),
          "ok \"a\"" },
        /* calls */
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{}"
                "\"}}]}",
                "\"stop\""),
          "calls f({})" },
        { 200,
          CHUNK("{\"content\":\"a\",\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\","
                "\"arguments\":\"{}\"}}]}",
                "\"tool_calls\""),
          "calls \"a\" f({})" },
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{"
                "\\\"a\\\":1\"}}]}",
                "\"length\""),
          "length f({\"a\":1)!" },
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{"
                "\\\"a\\\":1\"}}]}",
                "\"tool_calls\""),
          "calls f({\"a\":1)!" },
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{"
                "\\\"a\\\":1\"}}]}",
                "null") DONE,
          "error:transient" },
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{}"
                "\"}}]}",
                "null"),
          "error:transient" },
        { 200, CHUNK("{\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"}}", "\"function_call\""),
          "calls f({})" },
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{}{}"
                "\"}}]}",
                "\"tool_calls\""),
          "calls f({}{})!" },
        /* errors in the stream */
        { 200,
          CHUNK("{\"content\":\"a\"}", "null") D("{\"error\":{\"message\":\"m\",\"type\":\"server_error\"}}")
              DONE,
          "error:transient \"a\"" },
        { 200,
          D("{\"error\":{\"code\":502,\"message\":\"m\"},\"choices\":[{\"index\":0,\"delta\":{\"content\":"
            "\"\"},\"finish_reason\":\"error\"}]}"),
          "error:transient" },
        { 200, D("{\"choices\":[{\"index\":0,\"delta\":{},\"error\":{\"code\":429,\"message\":\"m\"}}]}"),
          "error:rate" },
        { 200, "event: error\ndata: {\"error\":{\"message\":\"m\",\"code\":\"tool_use_failed\"}}\n\n",
          "error:bad_request" },
        { 200, "event: error\ndata: {\"message\":\"m\",\"code\":\"slow_down\"}\n\n", "error:rate" },
        { 200, "error: {\"code\":500,\"message\":\"m\"}\n\n", "error:transient" },
        { 200, CHUNK("{\"content\":\"a\"}", "null") "{\"error\":{\"message\":\"m\"}}\n",
          "error:transient \"a\"" },
        { 200, D("{\"object\":\"error\",\"message\":\"m\",\"code\":400}"), "error:bad_request" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"stop\"") DONE D("{\"error\":{\"message\":\"m\"}}"),
          "ok \"a\"" }, /* after the end */
        /* bytes that make no sense */
        { 200, D("{\"choices\":[{]}"), "error:protocol" },
        { 200, D("hello") CHUNK("{\"content\":\"a\"}", "\"stop\""), "ok \"a\"" },
        { 200, "<html>hello</html>", "error:transient" },
        { 502, "<html>hello</html>", "error:transient" },
        /* not the form that was asked for */
        { 200, " \r\n{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}",
          "ok \"a\"" },
        { 200, "\xEF\xBB\xBF{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}",
          "ok \"a\"" },
        { 200, "{\"choices\":[{\"message\":{\"content\":\"a\"},", "error:transient" },
        { 200, "{\"choices\":[{\"text\":\"a\",\"finish_reason\":\"stop\"}]}", "ok \"a\"" },
        { 200, "[{\"error\":{\"code\":429,\"message\":\"m\"}}]", "error:rate" },
        { 200, "{\"choices\":[]}", "error:transient" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(DIALECT_CHAT, cases[i].http, cases[i].body, cases[i].expected);
}

static void
responses_of_all_kinds(void **state)
{
    static const struct {
        int http;
        const char *body, *expected;
    } cases[] = {
        { 200,
          ADDED("0", "{\"type\":\"message\"}") TEXT("0", "a") TEXT("0", "b") OVER("0", MESSAGE("ab"))
              COMPLETED("[]"),
          "ok \"ab\"" },
        { 200, TEXT("0", "a") TEXT("0", "b") COMPLETED("[]"), "ok \"ab\"" }, /* no frame around the deltas */
        { 200, TEXT("0", "a") COMPLETED("[" MESSAGE("ab") "]"), "ok \"ab\"" }, /* the rest comes at the end */
        { 200, COMPLETED("[" MESSAGE("ab") "," CALL("{}") "]"),
          "calls \"ab\" f({})" }, /* all of it comes at the end */
        { 200, OVER("0", MESSAGE("a")) OVER("1", MESSAGE("b")) COMPLETED("[]"), "ok \"ab\"" },
        { 200, OVER("0", MESSAGE("a")) DONE, "error:transient \"a\"" }, /* [DONE] is no end here */
        { 200, OVER("0", CALL("{}")), "error:transient" },              /* and its call is not run */
        { 200, COMPLETED("[]") DONE, "empty" },
        /* ids and numbers left out */
        { 200,
          E("response.output_item.added",
            ",\"item\":{\"type\":\"function_call\",\"id\":\"x\",\"call_id\":\"c\",\"name\":\"f\"}")
              E("response.function_call_arguments.delta", ",\"item_id\":\"x\",\"delta\":\"{}\"")
                  COMPLETED("[]"),
          "calls f({})" },
        { 200,
          E("response.output_item.added",
            ",\"item\":{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\"}")
              E("response.function_call_arguments.delta", ",\"delta\":\"{}\"") E(
                  "response.output_item.added",
                  ",\"item\":{\"type\":\"function_call\",\"call_id\":\"d\",\"name\":\"g\"}")
                  E("response.function_call_arguments.delta", ",\"delta\":\"{\\\"a\\\":1}\"") COMPLETED("[]"),
          "calls f({}) g({\"a\":1})" },
        { 200, E("response.output_item.done", ",\"item\":" CALL("{}")) COMPLETED("[" CALL("{}") "]"),
          "calls f({})" },
        /* numbers that are all the same */
        { 200,
          OVER("0", CALL("{}")) ADDED("0", "{\"type\":\"message\",\"id\":\"q\"}") TEXT("0", "a")
              COMPLETED("[]"),
          "calls \"a\" f({})" },
        /* the last event leaves the reasoning out, so that its numbers are others */
        { 200, OVER("0", "{\"type\":\"reasoning\"}") OVER("1", MESSAGE("a")) COMPLETED("[" MESSAGE("a") "]"),
          "ok \"a\"" },
        { 200, OVER("0", "{\"type\":\"reasoning\"}") OVER("1", CALL("{}")) COMPLETED("[" CALL("{}") "]"),
          "calls f({})" },
        { 200,
          OVER("0", "{\"type\":\"reasoning\"}") TEXT("1", "a")
              COMPLETED("[{\"type\":\"message\",\"id\":\"z\",\"content\":[{\"type\":\"output_text\",\"text\":"
                        "\"a\"}]}]"),
          "ok \"a\"" },
        /* arguments as an object; whole ones instead of pieces */
        { 200,
          OVER("0", "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\",\"arguments\":{\"a\":1}}")
              COMPLETED("[]"),
          "calls f({\"a\":1})" },
        { 200,
          ADDED("0", CALL("")) E("response.function_call_arguments.done",
                                 ",\"output_index\":0,\"arguments\":\"{}\"") COMPLETED("[]"),
          "calls f({})" },
        { 200,
          ADDED("0", CALL("")) E("response.function_call_arguments.delta",
                                 ",\"output_index\":0,\"delta\":\"{\"") COMPLETED("[]"),
          "calls f({)!" },
        /* cut */
        { 200,
          OVER("0", CALL("{}"))
              E("response.incomplete", ",\"response\":{\"status\":\"incomplete\",\"incomplete_details\":{"
                                       "\"reason\":\"max_output_tokens\"}}"),
          "length f({})!" },
        { 200,
          TEXT("0", "a") E("response.incomplete", ",\"response\":{\"status\":\"incomplete\",\"incomplete_"
                                                  "details\":{\"reason\":\"content_filter\"}}"),
          "filter \"a\"" },
        { 200, TEXT("0", "a") E("response.incomplete", ",\"response\":{}"), "length \"a\"" },
        /* declined */
        { 200,
          E("response.refusal.delta", ",\"output_index\":0,\"content_index\":0,\"delta\":\"n\"")
              E("response.refusal.done", ",\"output_index\":0,\"content_index\":0,\"refusal\":\"no\"")
                  COMPLETED("[]"),
          "refusal no:no" },
        { 200,
          OVER("0", "{\"type\":\"message\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"no\"}]}")
              COMPLETED("[]"),
          "refusal no:no" },
        /* words on the way */
        { 200,
          ADDED("0", "{\"type\":\"message\",\"phase\":\"commentary\"}") TEXT("0", "hm")
              OVER("0", "{\"type\":\"message\",\"phase\":\"commentary\",\"content\":[{\"type\":\"output_"
                        "text\",\"text\":\"hm\"}]}") TEXT("1", "a") COMPLETED("[]"),
          "ok \"a\"" },
        { 200, ADDED("0", "{\"type\":\"message\",\"phase\":\"commentary\"}") TEXT("0", "hm") COMPLETED("[]"),
          "ok \"hm\"" },
        /* errors */
        { 200, E("error", ",\"code\":\"server_error\",\"message\":\"m\",\"param\":null"), "error:transient" },
        { 200,
          E("error",
            ",\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\",\"message\":\"m\"}")
              E("response.failed", ",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"insufficient_"
                                   "quota\",\"message\":\"m\"}}"),
          "error:quota" },
        { 200,
          E("response.failed",
            ",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"m\"}}"),
          "error:transient" },
        { 200, E("response.failed", ",\"response\":{}"), "error:transient" },
        { 200, E("response.cancelled", ",\"response\":{\"status\":\"cancelled\"}"), "error:transient" },
        { 200, TEXT("0", "a") D("{\"error\":{\"code\":\"500\",\"message\":\"m\"}}"),
          "error:transient \"a\"" },
        { 200, TEXT("0", "a") COMPLETED("[]") E("error", ",\"message\":\"late\""), "ok \"a\"" },
        { 200, "event: error\ndata: {\"type\":\"error\",\"message\":\"m\",\"type\":null}\n\n",
          "error:transient" },
        { 200, "data: {\"type\":\"error\",\"message\":\"m\",\"type\":null}\n\n", "error:transient" },
        { 200,
          D("{\"type\":\"response.unheard.of\",\"message\":\"m\"}") D("{\"type\":\"keepalive\"}")
              TEXT("0", "a") COMPLETED("[]"),
          "ok \"a\"" },
        { 200, D("{\"type\":"), "error:protocol" },
        { 404, "not found", "error:not_found" },
        /* whole */
        { 200, "{\"status\":\"completed\",\"output\":[" MESSAGE("a") "," CALL("{}") "]}",
          "calls \"a\" f({})" },
        { 200, "{\"status\":\"completed\",\"output\":[],\"output_text\":\"a\"}", "ok \"a\"" },
        { 200,
          "{\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"m\"},\"output\":["
          "]}",
          "error:rate" },
        { 200, "{\"response\":{\"status\":\"completed\",\"output\":[" MESSAGE("a") "]}}", "ok \"a\"" },
        { 200, D("{\"object\":\"response\",\"status\":\"completed\",\"output\":[" MESSAGE("a") "]}"),
          "ok \"a\"" },
        { 200, "{\"error\":{\"code\":\"content_filter\"}}", "error:policy" },
        { 200, "{\"status\":\"in_progress\",\"output\":[]}", "error:transient" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(DIALECT_RESPONSES, cases[i].http, cases[i].body, cases[i].expected);
}

/* Servers that keep to what the wire reference says of them and to nothing else. */
static void
chat_servers_with_ways_of_their_own(void **state)
{
    static const struct {
        int http;
        const char *body, *expected;
    } cases[] = {
        /* bytes: invalid UTF-8, numbers that nobody can hold, NaN, raw control characters */
        { 200, CHUNK("{\"content\":\"a\xFF\"}", "\"stop\"") DONE, "ok \"a\xEF\xBF\xBD\"" },
        { 200,
          D("{\"created\":99999999999999999999,\"choices\":[{\"index\":0,\"logprobs\":[NaN,-Infinity],"
            "\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}"),
          "ok \"a\"" },
        { 200,
          "event: chunk\r\nid: 7\r\ndata: {\"choices\":\r\ndata: [{\"delta\":{\"content\":\"a\"},\r\n"
          "data: \"finish_reason\":\"stop\"}]}\r\n\r\n",
          "ok \"a\"" },
        { 200,
          CHUNK("{\"content\":\"a\"}", "null") "\xEF\xBB\xBF" CHUNK("{\"content\":\"lost\"}", "null")
              CHUNK("{}", "\"stop\""),
          "ok \"a\"" }, /* a mark in mid-stream is part of the field's name, which nobody knows */
        { 200, CHUNK("{\"content\":\"\\ud83d\"}", "null") CHUNK("{\"content\":\"\\ude0a\"}", "\"stop\""),
          "ok \"\xEF\xBF\xBD\xEF\xBF\xBD\"" },
        /* the end: twice, early, with more after it */
        { 200, CHUNK("{\"content\":\"a\"}", "\"stop\"") DONE DONE CHUNK("{\"content\":\"b\"}", "null"),
          "ok \"a\"" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"stop\"") CHUNK("{\"content\":\"b\"}", "null") DONE,
          "ok \"ab\"" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"length\"") CHUNK("{}", "\"stop\"") DONE, "length \"a\"" },
        { 200, CHUNK("{\"content\":\"a\"}", "\"tool_calls\"") DONE, "ok \"a\"" }, /* and no call */
        { 200, CHUNK("{}", "\"tool_calls\"") DONE, "empty" },
        { 200,
          CHUNK("{\"role\":\"assistant\"}", "null")
              CHUNK("{\"role\":\"assistant\",\"content\":\"a\"}", "null")
                  CHUNK("{\"role\":\"assistant\",\"content\":\"\"}", "\"stop\"") DONE,
          "ok \"a\"" },
        { 200,
          D("{\"choices\":[],\"prompt_filter_results\":[{\"prompt_index\":0}],\"id\":\"\",\"model\":\"\"}")
              CHUNK("{\"content\":\"a\"}", "\"stop\"") D(
                  "{\"choices\":[{\"index\":0,\"finish_reason\":null,\"content_filter_offsets\":{}}]}") DONE,
          "ok \"a\"" },
        /* choices: without an index, alike or none */
        { 200,
          D("{\"choices\":[{\"delta\":{\"content\":\"a\"}},{\"delta\":{\"content\":\"b\"}}]}")
              CHUNK("{}", "\"stop\""),
          "ok \"a\"" },
        { 200, CHUNK("null", "null") CHUNK("{\"content\":{\"type\":\"text\",\"text\":\"a\"}}", "\"stop\""),
          "ok \"a\"" },
        /* all of it once more at the end, as the message */
        { 200,
          CHUNK("{\"content\":\"a\"}", "null")
              D("{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}")
                  DONE,
          "ok \"a\"" },
        { 200,
          D("{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}") DONE,
          "ok \"a\"" },
        /* calls: parallel ones interleaved, after the end, one that is no list, objects at index 0 without
           ids */
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":1,\"id\":\"y\",\"function\":{\"name\":\"g\",\"arguments\":\"{\"}"
                "}]}",
                "null") CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\","
                              "\"arguments\":\"{\"}}]}",
                              "null") CHUNK("{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"}\"}"
                                            "},{\"index\":0,\"function\":{\"arguments\":\"}\"}}]}",
                                            "\"tool_calls\"") DONE,
          "calls g({}) f({})" },
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}"
                "}]}",
                "\"tool_calls\"")
              CHUNK("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"}\"}}]}", "null") DONE,
          "calls f({})" },
        { 200,
          CHUNK("{\"tool_calls\":{\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":{}}}}", "\"stop\""),
          "calls f({})" },
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":{\"a\":1}}}]}",
                "null")
              CHUNK("{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":{\"a\":2}}}]}",
                    "null")
                  CHUNK("{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]}",
                        "\"stop\""),
          "calls f({\"a\":1}) f({\"a\":2}) g({})" },
        { 200,
          CHUNK("{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{"
                "\\\"a\\\":1e999}\"}}]}",
                "\"stop\""),
          "calls f({\"a\":1e999})!" },
        { 200,
          CHUNK("{\"function_call\":{\"name\":\"f\"}}", "null")
              CHUNK("{\"function_call\":{\"arguments\":\"{\"}}", "null")
                  CHUNK("{\"function_call\":{\"arguments\":\"}\"}}", "\"function_call\"") DONE,
          "calls f({})" },
        /* errors: words only, an error in the place of a chunk, a chunk that is called an error */
        { 200, CHUNK("{\"content\":\"a\"}", "null") "event: error\ndata: upstream timed out\n\n",
          "error:transient \"a\"" },
        { 200, "event: error\ndata: the server is overloaded\n\n" DONE, "error:overload" },
        { 200,
          CHUNK("{\"content\":\"a\"}", "\"stop\"") D("{\"error\":{\"message\":\"m\",\"code\":503}}") DONE,
          "error:overload \"a\"" },
        { 200,
          "event: error\ndata: "
          "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n",
          "ok \"a\"" },
        { 200, D("{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"),
          "error:overload" },
        { 200, D("[{\"error\":{\"code\":503,\"message\":\"m\",\"status\":\"UNAVAILABLE\"}}]"),
          "error:overload" },
        { 200, D("{\"error\":\"m\"}") DONE, "error:transient" },
        { 200,
          D("{\"error\":null,\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}") DONE,
          "ok \"a\"" },
        /* lines of JSON without `data:`, and what is whole without a reason to finish */
        { 200,
          ": keep-alive\n\n{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n",
          "ok \"a\"" },
        { 200,
          "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n{\"choices\":[{\"delta\":{\"content\":\"b\"},"
          "\"finish_reason\":\"stop\"}]}\n",
          "ok \"ab\"" },
        { 200, "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n{\"error\":\"m\"}\n",
          "error:transient \"a\"" },
        { 200, "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n{\"choices\":[{\"del",
          "error:transient \"a\"" },
        { 200, "{\"choices\":[{\"message\":{\"content\":\"a\"}}]}", "ok \"a\"" },
        { 200, "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":null}]}", "ok \"a\"" },
        { 200,
          "{\"choices\":[{\"message\":{\"content\":\"\",\"tool_calls\":[{\"id\":\"x\",\"function\":{\"name\":"
          "\"f\",\"arguments\":\"{\"}}]}}]}",
          "error:transient" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(DIALECT_CHAT, cases[i].http, cases[i].body, cases[i].expected);
}

#define ARGUMENTS(at, delta)                                                                                 \
    E("response.function_call_arguments.delta", ",\"output_index\":" at ",\"delta\":\"" delta "\"")
#define CALL_OF(id, name, arguments)                                                                         \
    "{\"type\":\"function_call\",\"call_id\":\"" id "\",\"name\":\"" name "\",\"arguments\":\"" arguments    \
    "\"}"
#define FAILED(code)                                                                                         \
    E("response.failed",                                                                                     \
      ",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"" code "\",\"message\":\"m\"}}")

static void
responses_servers_with_ways_of_their_own(void **state)
{
    static const struct {
        int http;
        const char *body, *expected;
    } cases[] = {
        /* bytes */
        { 200, TEXT("0", "a\xFF") COMPLETED("[]"), "ok \"a\xEF\xBF\xBD\"" },
        { 200, E("response.created", ",\"response\":{\"created_at\":1e999}") TEXT("0", "a") COMPLETED("[]"),
          "ok \"a\"" },
        /* the deltas repeat what the item had when it was opened */
        { 200, ADDED("0", CALL("{}")) ARGUMENTS("0", "{") ARGUMENTS("0", "}") COMPLETED("[]"),
          "calls f({})" },
        { 200, ADDED("0", MESSAGE("a")) TEXT("0", "a") TEXT("0", "b") COMPLETED("[]"), "ok \"ab\"" },
        { 200, ADDED("0", CALL("{}")) COMPLETED("[]"), "calls f({})" },
        { 200, ADDED("0", MESSAGE("a")) COMPLETED("[]"), "ok \"a\"" },
        { 200,
          ADDED("0", MESSAGE(""))
              E("response.content_part.done",
                ",\"output_index\":0,\"content_index\":0,\"part\":{\"type\":\"output_text\",\"text\":\"a\"}")
                  COMPLETED("[]"),
          "ok \"a\"" },
        { 200,
          E("response.content_part.done",
            ",\"output_index\":0,\"content_index\":0,\"part\":{\"type\":\"refusal\",\"refusal\":\"no\"}")
              COMPLETED("[]"),
          "refusal no:no" },
        /* the whole arguments differ from their pieces; pieces after the whole; done before it was opened */
        { 200,
          ADDED("0", CALL("")) ARGUMENTS("0", "{\\\"a\\\":1")
              E("response.function_call_arguments.done",
                ",\"output_index\":0,\"arguments\":\"{\\\"a\\\":2}\"") COMPLETED("[]"),
          "calls f({\"a\":2})" },
        { 200, OVER("0", CALL("{}")) ARGUMENTS("0", "x") COMPLETED("[]"), "calls f({})" },
        { 200, OVER("1", CALL_OF("d", "g", "{}")) OVER("0", CALL_OF("c", "f", "{}")) COMPLETED("[]"),
          "calls f({}) g({})" }, /* in the server's order */
        { 200, ARGUMENTS("0", "{}") OVER("0", CALL("")) COMPLETED("[]"), "calls f({})" },
        /* parallel calls whose pieces come in turns */
        { 200,
          ADDED("0", CALL_OF("c", "f", "")) ADDED("1", CALL_OF("d", "g", "")) ARGUMENTS("1", "{")
              ARGUMENTS("0", "{") ARGUMENTS("1", "}") ARGUMENTS("0", "}") COMPLETED("[]"),
          "calls f({}) g({})" },
        /* all of them number 0, opened together or one after the other, none of them ended by itself */
        { 200,
          ADDED("0", CALL_OF("c", "f", "")) ARGUMENTS("0", "{}") ADDED("0", CALL_OF("d", "g", ""))
              ARGUMENTS("0", "{\\\"a\\\":1}") COMPLETED("[]"),
          "calls f({}) g({\"a\":1})" },
        { 200,
          OVER("0", CALL_OF("c", "f", "{}")) OVER("0", CALL_OF("d", "g", "{}")) OVER("0", MESSAGE("a"))
              COMPLETED("[]"),
          "calls \"a\" f({}) g({})" },
        { 200,
          OVER("0", CALL_OF("c", "f", "{}")) OVER("0", CALL_OF("c", "f", "{}"))
              COMPLETED("[" CALL_OF("c", "f", "{}") "]"),
          "calls f({})" }, /* said twice */
        /* what the events left out stands in the last one, at another place */
        { 200,
          ADDED("0", "{\"type\":\"reasoning\"}") ADDED("1", CALL_OF("c", "f", "")) ARGUMENTS("1", "{\\\"a")
              COMPLETED("[" CALL_OF("c", "f", "{\\\"a\\\":1}") "]"),
          "calls f({\"a\":1})" },
        { 200, ADDED("0", "{\"type\":\"reasoning\"}") TEXT("1", "a") COMPLETED("[" MESSAGE("ab") "]"),
          "ok \"ab\"" },
        { 200, TEXT("0", "a") COMPLETED("[" CALL("{}") "]"), "calls \"a\" f({})" },
        /* a call that is cut in an answer that is not */
        { 200,
          OVER("0", "{\"type\":\"function_call\",\"status\":\"incomplete\",\"call_id\":\"c\",\"name\":\"f\","
                    "\"arguments\":\"{}\"}") COMPLETED("[]"),
          "calls f({})!" },
        /* the last event and its status do not agree: the worse one counts */
        { 200,
          TEXT("0", "a") E("response.incomplete", ",\"response\":{\"status\":\"completed\",\"incomplete_"
                                                  "details\":{\"reason\":\"content_filter\"}}"),
          "filter \"a\"" },
        { 200, TEXT("0", "a") E("response.completed", ",\"response\":{\"status\":\"incomplete\"}"),
          "length \"a\"" },
        { 200, TEXT("0", "a") E("response.completed", ",\"response\":{\"status\":\"failed\"}"),
          "error:transient \"a\"" },
        { 200, TEXT("0", "a") E("response.completed", ",\"response\":null"), "ok \"a\"" },
        { 200, TEXT("0", "a") E("response.completed", ",\"response\":{\"status\":\"in_progress\"}"),
          "ok \"a\"" },
        /* the first error says less than the second */
        { 200, E("error", ",\"message\":\"oh\",\"code\":null") FAILED("insufficient_quota"), "error:quota" },
        { 200, E("error", ",\"message\":\"oh\",\"code\":\"rate_limit_exceeded\"") FAILED("server_error"),
          "error:rate" },
        { 200, "event: error\ndata: upstream timed out\n\n", "error:transient" },
        { 200,
          TEXT("0", "a") "event: error\ndata: {\"type\":null,\"message\":\"m\",\"code\":\"slow_down\"}\n\n",
          "error:rate \"a\"" },
        /* the event's name where the data has no type; numbers with gaps and without order */
        { 200,
          "event: response.output_text.delta\ndata: "
          "{\"output_index\":0,\"delta\":\"a\",\"type\":null}\n\nevent: response.completed\ndata: "
          "{\"sequence_number\":9}\n\n",
          "ok \"a\"" },
        { 200,
          E("response.output_text.delta", ",\"output_index\":0,\"delta\":\"a\",\"sequence_number\":7")
              E("response.output_text.delta", ",\"output_index\":0,\"delta\":\"b\",\"sequence_number\":3")
                  COMPLETED("[]"),
          "ok \"ab\"" },
        /* words on the way that are said to be so only at first */
        { 200,
          ADDED("0", "{\"type\":\"message\",\"id\":\"m\",\"phase\":\"commentary\"}") TEXT("0", "hm")
              OVER("0", MESSAGE("hm")) TEXT("1", "a") COMPLETED("[]"),
          "ok \"a\"" },
        /* whole */
        { 200, "{\"output\":[" MESSAGE("a") "]}", "ok \"a\"" },
        { 200, "{\"output\":[" MESSAGE("a") "],\"status\":null}", "ok \"a\"" },
        { 200, "{\"output\":[]}", "error:transient" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(DIALECT_RESPONSES, cases[i].http, cases[i].body, cases[i].expected);
}

static void
what_was_streamed_is_the_text_unless_the_server_changed_its_mind(void **state)
{
    static const struct {
        const char *body, *streamed, *text;
    } cases[] = {
        { TEXT("0", "a") TEXT("0", "b") OVER("0", MESSAGE("abc")) COMPLETED("[]"), "abc", "abc" },
        { TEXT("0", "ab") OVER("0", MESSAGE("xy")) COMPLETED("[]"), "ab", "xy" },
        { TEXT("0", "ab") OVER("0", MESSAGE("a")) COMPLETED("[]"), "ab", "a" },
        { TEXT("0", "\\ud83d") TEXT("0", "x\\u0000y") COMPLETED("[]"), "\xEF\xBF\xBDx\xEF\xBF\xBDy",
          "\xEF\xBF\xBDx\xEF\xBF\xBDy" },
        { E("response.output_text.delta", ",\"output_index\":0,\"content_index\":1,\"delta\":\"a\"")
              OVER("0", MESSAGE("a")) COMPLETED("[]"),
          "a", "a" },
        { OVER("0", "{\"type\":\"message\",\"content\":\"a\"}") COMPLETED("[]"), "a", "a" },
        { ADDED("0", MESSAGE("a")) TEXT("0", "a") TEXT("0", "b") COMPLETED("[]"), "ab", "ab" },
        { ADDED("0", MESSAGE("a")) COMPLETED("[]"), "a", "a" },
        { ADDED("0", "{\"type\":\"message\",\"id\":\"m\",\"phase\":\"commentary\"}") TEXT("0", "hm")
              OVER("0", MESSAGE("hm")) TEXT("1", "a") COMPLETED("[]"),
          "a", "a" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reading reading;
        read_in(&reading, DIALECT_RESPONSES, 200, cases[i].body, strlen(cases[i].body), 0);
        assert_string_equal(buffer_string(&reading.streamed), cases[i].streamed);
        assert_string_equal(reading.result.text, cases[i].text);
        clear(&reading);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chat_answers_of_all_kinds),
        cmocka_unit_test(responses_of_all_kinds),
        cmocka_unit_test(chat_servers_with_ways_of_their_own),
        cmocka_unit_test(responses_servers_with_ways_of_their_own),
        cmocka_unit_test(what_was_streamed_is_the_text_unless_the_server_changed_its_mind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
