#!/usr/bin/env python3
"""A gateway with nothing behind it, for the tests of the page.

Serves gateway/web at / and speaks the public wire (design.md section 3) from
a script: what is answered depends on words in the question (see SCRIPTS).

    mock_gateway.py [--port 0] [--speed 1] [--pictures DIR]

Prints "ready http://..." when it is.  --speed 20 makes it twenty times faster.
Python with Debian's python3-aiohttp.
"""
import argparse
import asyncio
import json
import pathlib
import re

from aiohttp import WSMsgType, web

TOP = pathlib.Path(__file__).resolve().parents[2]
WEB = TOP / "gateway" / "web"
PICTURES = TOP / "wardrobe" / "sample" / "pictures"

# The gateway's own policy: what the page must live with.
POLICY = ("default-src 'self'; img-src 'self' https: data:; object-src 'none'; "
          "base-uri 'none'; form-action 'self'")
# Stands in where the sample shop's drawing of that name is not there.
ANY_GARMENT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 100"><path fill="#c0ffee"
 d="M30 18 16 26 8 48 18 51 21 42V82H59V42L62 51 72 48 64 26 50 18Q40 27 30 18Z"/></svg>"""
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css",
         ".svg": "image/svg+xml"}


def product(number, title, brand, category, colour, amount, picture, **more):
    tint = {"white": "fbfaf7", "sage": "a6b599", "navy": "1f2a48", "sand": "d9c7a3",
            "olive": "77763f", "sky blue": "a5cbe8", "cognac": "99552b",
            "black": "16161a", "terracotta": "c2694a"}.get(colour, "cccccc")
    found = {"id": number, "variant_id": f"{number}-1", "title": title, "brand": brand,
             "category": category, "gender": "male", "colour": colour,
             "colours": more.pop("colours", [colour]),
             "price": {"amount": amount, "currency": "USD"},
             "sizes": more.pop("sizes", ["S", "M", "L", "XL"]),
             "link": f"https://shop.example/p/{number}",
             "image": f"/pictures/{picture}.svg?c={tint}"}
    if "was" in more:
        found["list_price"] = {"amount": more.pop("was"), "currency": "USD"}
    found.update(more)
    return found


SHIRTS = [
    product("LN-204", "Linen Camp Shirt", "Harrow & Pike", "shirts", "white", 4900, "camp-shirt",
            was=6900, size="M", colours=["white", "sage", "navy"],
            why="Linen, white, and there in M"),
    product("LN-311", "Band-Collar Shirt", "Ostend", "shirts", "sky blue", 5400, "shirt",
            size="M", why="Light cotton and linen, in M", colours=["sky blue", "white"]),
    product("LN-118", "Washed Voile Shirt", "Marlowe", "shirts", "sage", 3900, "shirt",
            size="M", sizes=["M", "L"], why="The lightest shirt there is in M"),
    product("LN-090", "Pintuck Guayabera with Four Pockets", "Casa Ruelle", "shirts", "white",
            7200, "shirt", size="M", colours=["white", "sand", "sky blue", "olive", "navy", "black"],
            why="Festive, but cut for heat"),
    product("LN-077", "Open-Weave Polo", "Ostend", "polos", "sand", 4400, "polo", size="M",
            why="Knitted linen, in M"),
    product("LN-410", "Relaxed Oxford", "Harrow & Pike", "shirts", "white", 4500, "shirt",
            was=5200, size="M", why="White, in M"),
]
TROUSERS = [
    product("TR-021", "Drawstring Linen Trousers", "Marlowe", "trousers", "sand", 5900,
            "trousers", size="M", why="Linen like the shirt, in M", colours=["sand", "olive"]),
    product("TR-044", "Pleated Cotton Chinos", "Harrow & Pike", "trousers", "olive", 6400,
            "chinos", size="M", why="A pleat makes them dressier", colours=["olive", "sand", "navy"]),
    product("TR-007", "Tapered Seersucker Trousers", "Ostend", "trousers", "sky blue", 6900,
            "trousers", was=8900, size="M", why="Seersucker stays off the skin"),
]
SHOES = [
    product("SH-310", "Leather Espadrilles", "Casa Ruelle", "espadrilles", "cognac", 4800,
            "missing-picture", sizes=["40", "41", "42", "43", "44"], why="Firm enough for sand"),
    product("SH-128", "Suede Loafers", "Marlowe", "loafers", "sand", 7900, "loafer",
            sizes=["41", "43", "44"], colours=["sand", "navy"], why="Soft, unlined"),
    product("SH-201", "Canvas Deck Shoes", "Ostend", "sneakers", "white", 3900, "sneaker",
            sizes=["39", "40", "42"], why="The least that still counts as dressed"),
]
EARLY = [SHIRTS[0], TROUSERS[0], SHOES[0], SHIRTS[2], SHIRTS[4], TROUSERS[2]]
CRITERIA = {
    "budget.outfit": {"field": "price", "slot": "all", "scope": "outfit", "max": 20000,
                      "currency": "USD", "label": "under $200 for the outfit"},
    "size.letters": {"field": "size", "slot": "all", "class": "letters", "any": ["M"],
                     "label": "size M"},
    "occasion": {"field": "occasion", "slot": "all", "any": ["beach wedding"],
                 "label": "beach wedding"},
    "season": {"field": "season", "slot": "all", "any": ["summer"], "label": "July"},
}
PARAGRAPHS = [
    ("A beach wedding in July asks for cloth that **breathes** and a line that still says you "
     "made the effort. Think pale, dry linen, a soft shoulder, and nothing that minds the wind.",
     []),
    ("Begin with a **white linen shirt**, cut a little loose. Leave the top button open and roll "
     "the sleeves once; it will look better creased than most shirts do pressed.",
     [("top", {"category": "shirts", "colour": "white", "material": "linen"}, "found", SHIRTS)]),
    ("Under it, **sand-coloured linen trousers** with an easy leg. The two tones sit close "
     "enough to read as a suit without being one. A pleat would make them dressier.",
     [("bottom", {"category": "trousers", "colour": "sand", "material": "linen"}, "found",
       TROUSERS)]),
    ("For your feet, *leather espadrilles*: firm enough for sand, neat enough for the aisle. "
     "And a **panama hat** for the hour before sunset.",
     [("shoes", {"category": "espadrilles", "material": "leather"}, "found", SHOES),
      ("hat", {"category": "hats", "style": "panama"}, "none_match", [])]),
]


class Run:
    """One run: its numbered events, and who waits for more of them."""

    def __init__(self, thread, run_id, question):
        self.thread, self.run_id, self.question = thread, run_id, question
        self.events, self.news = [], asyncio.Condition()
        self.stop, self.ended = False, False
        self.open_texts = []

    async def say(self, kind, **fields):
        async with self.news:
            self.events.append({"id": str(len(self.events)), "chunk": {"type": kind, **fields}})
            self.ended = kind in ("RUN_FINISHED", "RUN_ERROR")
            self.news.notify_all()


class Mock:
    def __init__(self, speed):
        self.speed, self.runs, self.threads, self.sockets = speed, {}, {}, set()
        self.inputs = []          # every RunAgentInput, for the tests to read
        self.down = False

    async def pause(self, seconds):
        await asyncio.sleep(seconds / self.speed)

    # --- what an answer is made of

    async def play(self, run):
        thread, words = self.threads.setdefault(run.thread, new_thread()), run.question.lower()
        thread["messages"].append({"id": "u-" + run.run_id, "role": "user",
                                   "content": run.question})
        await run.say("RUN_STARTED", threadId=run.thread, runId=run.run_id)
        await run.say("STATE_SNAPSHOT", snapshot={"criteria": thread["criteria"], "profile": {},
                                                  "look": {}})
        await run.say("CUSTOM", name="model", value={"role": "suggestion", "model": "understudy-1",
                                                     "understudy": True})
        if "break" in words:
            await self.pause(0.4)
            await run.say("RUN_ERROR", message="The model refused the key: set MODEL_KEY.",
                          code="model_refused")
            return
        await self.early(run, thread)
        await self.assess(run, thread)
        await self.suggest(run, thread, words)

    async def early(self, run, thread):
        await run.say("SUBAGENT_STARTED", subagentRunId=run.run_id + "-w", name="wardrobe")
        call = run.run_id + "-early"
        await run.say("TOOL_CALL_START", toolCallId=call, toolCallName="find_product")
        await run.say("TOOL_CALL_ARGS", toolCallId=call,
                      delta=json.dumps({"slot": None, "description": run.question}))
        await run.say("TOOL_CALL_END", toolCallId=call)
        await run.say("SUBAGENT_STARTED", subagentRunId=run.run_id + "-p", name="psychologist")
        await self.pause(0.35)
        await self.result(run, thread, call, None, {"slot": "set", "outcome": "found",
                                                    "early": True, "products": EARLY})

    async def assess(self, run, thread):
        await self.pause(0.6)
        if not thread["criteria"] and not thread["removed"]:
            thread["criteria"].update(CRITERIA)
        await run.say("STATE_DELTA", delta=[
            {"op": "add", "path": "/criteria", "value": dict(thread["criteria"])},
            {"op": "add", "path": "/profile", "value": {"mood": "festive"}}])
        await run.say("CUSTOM", name="criteria", value=dict(thread["criteria"]))
        await run.say("SUBAGENT_FINISHED", subagentRunId=run.run_id + "-p")

        if "withdraw" in run.question:
            await self.replace_first_finds(run, thread)

    async def replace_first_finds(self, run, thread):
        """A criterion came after the first finds: one goes, another comes in its place, a third in another colour."""
        await run.say("CUSTOM", name="withdrawn", value={"productIds": ["SH-310"],
                                                         "reason": "criteria"})
        call = run.run_id + "-early2"
        await run.say("TOOL_CALL_START", toolCallId=call, toolCallName="find_product")
        await run.say("TOOL_CALL_ARGS", toolCallId=call, delta="{}")
        await run.say("TOOL_CALL_END", toolCallId=call)
        await self.result(run, thread, call, None, {"slot": "set", "outcome": "found",
                                                    "early": True, "products": [
                                                        {**EARLY[0], "colour": "navy",
                                                         "variant_id": "LN-204-NVY-M"}, SHOES[1]]})

    async def suggest(self, run, thread, words):
        looking, look, extractor = [], {}, False
        for number, (text, wanted) in enumerate(PARAGRAPHS):
            message = f"{run.run_id}-m{number}"
            await self.paragraph(run, thread, message, text)
            if run.stop:
                break
            if wanted and not extractor:
                extractor = True
                await run.say("SUBAGENT_STARTED", subagentRunId=run.run_id + "-x", name="extractor")
            looking.append(asyncio.create_task(self.find(run, thread, message, wanted, look)))
        await asyncio.gather(*looking)
        if "withdraw" in words and not run.stop:
            await run.say("CUSTOM", name="withdrawn",
                          value={"productIds": ["LN-077", "TR-044"], "reason": "not in your size"})
            await run.say("CUSTOM", name="degraded",
                          value={"what": "assessment", "reason": "late"})
        for agent in ("w", "x") if extractor else ("w",):
            await run.say("SUBAGENT_FINISHED", subagentRunId=f"{run.run_id}-{agent}")
        await self.finish(run, look)

    async def paragraph(self, run, thread, message, text):
        await run.say("TEXT_MESSAGE_START", messageId=message, role="assistant")
        said = ""
        for piece in re.findall(r"\S+\s*", text):
            if run.stop:
                break
            said += piece
            await run.say("TEXT_MESSAGE_CONTENT", messageId=message, delta=piece)
            await self.pause(0.045)
        await run.say("TEXT_MESSAGE_END", messageId=message)
        thread["messages"].append({"id": message, "role": "assistant", "content": said})

    async def find(self, run, thread, message, wanted, look):
        for number, (slot, wish, outcome, products) in enumerate(wanted):
            call = f"{message}-c{number}"
            await run.say("TOOL_CALL_START", toolCallId=call, toolCallName="find_product",
                          parentMessageId=message)
            arguments = json.dumps({"slot": slot, **wish})
            await run.say("TOOL_CALL_ARGS", toolCallId=call, delta=arguments[:9])
            await run.say("TOOL_CALL_ARGS", toolCallId=call, delta=arguments[9:])
            await run.say("TOOL_CALL_END", toolCallId=call)
            await self.pause(0.5)
            result = {"slot": slot, "outcome": outcome, "products": products, "version": "1"}
            if outcome == "none_match":
                result.update(blocked_by=["price"], relaxation={
                    "drop": "budget.outfit", "count": 4,
                    "cheapest": {"amount": 6200, "currency": "USD"}})
            if slot == "shoes":
                result["unchecked"] = ["size"]
            await self.result(run, thread, call, message, result, arguments)
            if products:
                look[slot] = {"toolCallId": call, "productId": products[0]["id"],
                              "variantId": products[0]["variant_id"],
                              "price": products[0]["price"]}
            if slot == "bottom":
                await self.pause(0.3)
                await run.say("CUSTOM", name="chosen", value={
                    "toolCallId": call, "order": ["TR-044", "TR-021"],
                    "why": "The pleat lifts the whole look without a jacket."})
                look[slot] = {"toolCallId": call, "productId": "TR-044",
                              "variantId": "TR-044-1", "price": TROUSERS[1]["price"]}

    async def result(self, run, thread, call, parent, result, arguments="{}"):
        await run.say("TOOL_CALL_RESULT", messageId=call + "-r", toolCallId=call, role="tool",
                      content=json.dumps(result))
        made = {"id": call, "type": "function",
                "function": {"name": "find_product", "arguments": arguments}}
        owner = next((m for m in thread["messages"] if m["id"] == parent), None)
        if owner is None:
            owner = {"id": call + "-a", "role": "assistant"}
            thread["messages"].append(owner)
        owner.setdefault("toolCalls", []).append(made)
        thread["messages"].append({"id": call + "-r", "role": "tool", "toolCallId": call,
                                   "content": json.dumps(result)})

    async def finish(self, run, look):
        if run.stop:
            await run.say("RUN_FINISHED", threadId=run.thread, runId=run.run_id,
                          outcome={"type": "cancelled"})
            return
        total = sum(piece["price"]["amount"] for piece in look.values())
        await run.say("RUN_FINISHED", threadId=run.thread, runId=run.run_id, result={
            "look": look, "total": {"amount": total, "currency": "USD"},
            "budget": {"max": 20000, "currency": "USD", "kept": total <= 20000},
            "open": [{"slot": "hat", "outcome": "none_match"}], "degraded": [],
            "topic": "fashion", "threadId": run.thread})

    # --- the wire

    async def socket(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.add(socket)
        try:
            if "offset" in request.query:
                await self.resume(socket, request.query["runId"], int(request.query["offset"]))
            else:
                await self.serve(socket)
        finally:
            self.sockets.discard(socket)
        return socket

    async def serve(self, socket):
        await socket.send_json({"type": "ping"})
        async for frame in socket:
            if frame.type != WSMsgType.TEXT:
                continue
            asked = json.loads(frame.data)
            if asked.get("type") == "abort":
                if asked["runId"] in self.runs:
                    self.runs[asked["runId"]].stop = True
                continue
            self.inputs.append(asked)
            run = self.accept(asked)
            asyncio.create_task(self.send_from(socket, run, 0))

    def accept(self, asked):
        run_id = asked["runId"]
        if run_id not in self.runs:
            thread = self.threads.setdefault(asked["threadId"], new_thread())
            for operation in asked.get("forwardedProps", {}).get("criteria", []):
                thread["criteria"].pop(operation["path"][1:], None)
                thread["removed"] = True
            run = Run(asked["threadId"], run_id, asked["messages"][-1]["content"])
            self.runs[run_id] = run
            run.task = asyncio.create_task(self.play(run))
        return self.runs[run_id]

    async def resume(self, socket, run_id, offset):
        if run_id not in self.runs:
            await socket.close(code=1008, message=b"nothing to resume")
            return
        await self.send_from(socket, self.runs[run_id], offset + 1)
        await socket.close(code=1000)

    async def send_from(self, socket, run, place):
        while not socket.closed:
            async with run.news:
                await run.news.wait_for(lambda: len(run.events) > place)
            while place < len(run.events):
                try:
                    await socket.send_json(run.events[place])
                except ConnectionError:
                    return
                place += 1
            if run.ended:
                return

    # --- the rest of HTTP

    async def thread(self, request):
        kept = self.threads.get(request.match_info["id"])
        if kept is None:
            return web.json_response({"error": "no such thread"}, status=404)
        if request.method == "DELETE":
            del self.threads[request.match_info["id"]]
            return web.Response(status=204)
        return web.json_response({"threadId": request.match_info["id"],
                                  "messages": kept["messages"]})

    async def abort(self, request):
        if request.match_info["id"] in self.runs:
            self.runs[request.match_info["id"]].stop = True
        return web.Response(status=204)

    async def cut(self, _request):
        """For the tests: every socket falls."""
        for socket in list(self.sockets):
            if socket._req.transport is not None:
                socket._req.transport.abort()
        return web.Response(text=str(len(self.sockets)))

    async def asked(self, _request):
        """For the tests: what the page has sent."""
        return web.json_response(self.inputs)


def new_thread():
    return {"messages": [], "criteria": {}, "removed": False}


async def page(request):
    path = (WEB / (request.match_info["path"] or "index.html")).resolve()
    if WEB not in path.parents or not path.is_file():
        raise web.HTTPNotFound()
    return web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix],
                        headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})


async def picture(request):
    name = pathlib.Path(request.match_info["name"]).name
    if name == "missing-picture.svg":
        raise web.HTTPNotFound()
    path = request.app["pictures"] / name
    drawing = path.read_text() if path.is_file() else ANY_GARMENT
    colour = re.sub("[^0-9a-fA-F]", "", request.query.get("c", "")) or "cccccc"
    return web.Response(text=drawing.replace("#c0ffee", "#" + colour),
                        content_type="image/svg+xml")


def application(speed, pictures):
    mock, app = Mock(speed), web.Application()
    app["pictures"] = pictures
    app.router.add_get("/ws", mock.socket)
    app.router.add_get("/pictures/{name}", picture)
    app.router.add_get("/threads/{id}", mock.thread)
    app.router.add_delete("/threads/{id}", mock.thread)
    app.router.add_post("/runs/{id}/abort", mock.abort)
    app.router.add_post("/mock/cut", mock.cut)
    app.router.add_get("/mock/asked", mock.asked)
    app.router.add_get("/{path:.*}", page)
    return app


async def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--speed", type=float, default=1.0)
    options.add_argument("--pictures", type=pathlib.Path, default=PICTURES)
    options = options.parse_args()
    runner = web.AppRunner(application(options.speed, options.pictures), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", options.port)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    print(f"ready http://127.0.0.1:{port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
