/* JSON Patch (RFC 6902), as much of it as STATE_DELTA uses: add, replace,
 * remove, test.  Values are never changed in place, so that whoever compares
 * two states by reference sees what moved. */

/** One step of a JSON Pointer, as it is written in a path. */
export function escapeKey(key) {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The steps of a JSON Pointer; "" is the whole document. */
export function pointerSteps(path) {
  if (path === "") return [];
  return path.split("/").slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * A copy of `document` with `operations` applied in order.  A step that does
 * not fit is passed over: a late or odd delta must not stop the page, and the
 * next snapshot puts it right.
 */
export function applyPatch(document, operations) {
  let result = document;
  for (const operation of operations) {
    const changed = change(result, pointerSteps(operation.path), operation);
    if (changed !== undefined) result = changed;
  }
  return result;
}

/** The patch that takes `keys` out of the criteria. */
export function removalPatch(keys) {
  return keys.map((key) => ({ op: "remove", path: "/" + escapeKey(key) }));
}

/* `node` with `operation` done at `steps` below it; undefined if it can't be. */
function change(node, steps, operation) {
  if (steps.length === 0)
    return operation.op === "remove" ? null : structuredClone(operation.value);
  if (node === null || typeof node !== "object") return undefined;
  const [step, ...rest] = steps;
  if (rest.length > 0) {
    if (!Object.hasOwn(node, step)) return undefined;
    const below = change(node[step], rest, operation);
    return below === undefined ? undefined : withMember(node, step, below);
  }
  return Array.isArray(node)
    ? changeItem(node, step, operation)
    : changeMember(node, step, operation);
}

function withMember(node, step, value) {
  const copy = Array.isArray(node) ? [...node] : { ...node };
  copy[step] = value;
  return copy;
}

function changeMember(node, key, { op, value }) {
  if (key === "__proto__") return undefined;
  if (op !== "remove") return { ...node, [key]: structuredClone(value) };
  if (!Object.hasOwn(node, key)) return undefined;
  const { [key]: _removed, ...others } = node;
  return others;
}

function changeItem(items, step, { op, value }) {
  const index = step === "-" ? items.length : Number(step);
  if (!Number.isInteger(index) || index < 0 || index > items.length)
    return undefined;
  if (op === "add") return items.toSpliced(index, 0, structuredClone(value));
  if (index === items.length) return undefined;
  return op === "remove"
    ? items.toSpliced(index, 1)
    : items.with(index, structuredClone(value));
}
