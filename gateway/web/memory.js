/* What the browser keeps between visits: the conversation's id, what the
 * thread's messages do not hold, and the shopper's choice of light or dark. */

const KEY = "ensemble.conversation";

/** {threadId, criteria, liveRun?, looks} of the last conversation, or null. */
export function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {                       /* storage off, or not ours */
    return null;
  }
}

/** Keep it; a browser that refuses only loses the restoring. */
export function remember(conversation) {
  try {
    localStorage.setItem(KEY, JSON.stringify(conversation));
  } catch { /* private mode, or full */ }
}

/** Forget it. */
export function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch { /* nothing was kept */ }
}
