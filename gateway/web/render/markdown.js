/* The little Markdown that models write in a paragraph -> DOM nodes.
 * Headings, lists, bold, emphasis; links and pictures keep their words only,
 * since a model's addresses are not to be followed. */
import { h } from "./dom.js";

/**
 * Text -> blocks {kind: "heading" | "item" | "text", marker?, spans}, where
 * spans are {text, strong?, em?}.  An unfinished mark at the end (the words
 * are still coming) counts as closed.
 */
export function parse(text) {
  const blocks = [];
  for (const line of text.split("\n")) {
    const trimmed = line.trim();
    if (trimmed === "" || /^([-*_] ?){3,}$/.test(trimmed)) continue;
    const block = lineBlock(trimmed);
    const last = blocks.at(-1);
    if (block.kind === "text" && last && last.kind !== "heading")
      last.spans.push({ text: " " }, ...block.spans);
    else
      blocks.push(block);
  }
  return blocks;
}

/** The blocks as nodes: neighbouring items share a list. */
export function markdownNodes(text) {
  const nodes = [];
  for (const { kind, marker, spans } of parse(text)) {
    const inner = spans.map(spanNode);
    if (kind === "heading") nodes.push(h("h3", {}, inner));
    else if (kind === "text") nodes.push(h("p", {}, inner));
    else itemInto(nodes, marker, inner);
  }
  return nodes;
}

function lineBlock(line) {
  const heading = /^#{1,6}\s+(.*?)#*$/.exec(line);
  if (heading) return { kind: "heading", spans: spansOf(heading[1].replaceAll("**", "")) };
  const item = /^(?:[-*+•]|(\d{1,3})[.)])\s+(.*)$/.exec(line);
  if (item) return { kind: "item", marker: item[1], spans: spansOf(item[2]) };
  return { kind: "text", spans: spansOf(line.replace(/^>\s?/, "")) };
}

function spansOf(line) {
  const words = line
    .replace(/!\[[^\]]*\]\([^)]*\)?/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)?/g, "$1")
    .replace(/`+/g, "");
  const spans = [];
  let strong = false;
  let em = false;
  for (const piece of words.split(/(\*\*|__|\*(?=\S)|(?<=\S)\*)/)) {
    if (piece === "**" || piece === "__") strong = !strong;
    else if (piece === "*") em = !em;
    else if (piece) spans.push({ text: piece, ...(strong && { strong }), ...(em && { em }) });
  }
  return spans;
}

function spanNode({ text, strong, em }) {
  if (strong) return h("strong", {}, text);
  if (em) return h("em", {}, text);
  return document.createTextNode(text);
}

function itemInto(nodes, marker, inner) {
  const tag = marker ? "ol" : "ul";
  let list = nodes.at(-1);
  if (list?.localName !== tag) {
    list = h(tag, marker ? { start: marker } : {});
    nodes.push(list);
  }
  list.append(h("li", {}, inner));
}
