// Every request to ThoughtVoice goes through call(): sign-in, retries and refusals are dealt with here once.

import * as session from "./session.js";

const ATTEMPTS = 4;
const PATIENCE_MS = 20_000;
const LONGEST_WAIT_S = 10;

/** A refusal (RFC 9457). `code` is stable, for programs; "offline" and "timeout" are our own. */
export class Problem extends Error {
  constructor(document) {
    super(document.detail || document.title || document.code);
    Object.assign(this, { errors: {}, retryable: false }, document);
  }
}

/** One for each thing that a person asks for; a repetition of the same wish carries the same one. */
export const newKey = () => crypto.randomUUID();

/**
 * Send a request and return its Response, which is a success; throw a Problem otherwise.
 *
 * What is safe to repeat (anything but a POST, and a POST with a `key`) is repeated while the network or
 * the server falters. An expired access token is refreshed and the request sent again; nobody notices.
 */
export async function call(method, path, { json, form, key, accept = "application/json" } = {}) {
  const repeatable = method !== "POST" || Boolean(key);
  for (let attempt = 1; ; attempt++) {
    const problem = await once();
    if (problem instanceof Response) return problem;
    const wait = problem.retry_after ?? backoff(attempt);
    if (!repeatable || !problem.retryable || attempt === ATTEMPTS || wait > LONGEST_WAIT_S) throw problem;
    await pause(wait);
  }

  async function once() {
    const used = session.access();
    let response = await send(used);
    if (response instanceof Response && response.status === 401 && used) {
      const fresh = await refreshed(used);
      if (typeof fresh !== "string") return fresh;
      response = await send(fresh);
    }
    return response instanceof Response && !response.ok ? problemOf(response) : response;
  }

  async function send(access) {
    const headers = { Accept: accept, "Accept-Language": session.iso() };
    if (access) headers.Authorization = `Bearer ${access}`;
    if (key) headers["Idempotency-Key"] = key;
    if (json !== undefined) headers["Content-Type"] = "application/json";
    const body = json === undefined ? form : JSON.stringify(json);
    return fetched(path, { method, headers, body });
  }
}

export const get = async (path) => (await call("GET", path)).json();
export const post = async (path, json, key) => (await call("POST", path, { json, key })).json();

let refreshing = null;

/** A fresh access token, or the Problem that kept us from one. However many ask, one request is made. */
function refreshed(used) {
  refreshing ??= refresh(used).finally(() => (refreshing = null));
  return refreshing;
}

async function refresh(used) {
  if (session.access() !== used) return session.access(); // another tab was faster
  const body = JSON.stringify({ refresh: session.refresh() });
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  // A refresh whose answer was lost may be repeated for 30 seconds, and is answered as before.
  for (let attempt = 1; ; attempt++) {
    const response = await fetched("/auth/refresh", { method: "POST", headers, body });
    if (response instanceof Response && response.ok) {
      session.keep(await response.json());
      return session.access();
    }
    const problem = response instanceof Response ? await problemOf(response) : response;
    if (problem.status === 401) session.end();
    if (!problem.retryable || attempt === ATTEMPTS) return problem;
    await pause(backoff(attempt));
  }
}

/** The Response as soon as its head is there; its body, which may be a long sound, takes its time. */
async function fetched(path, options) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    return await fetch(path, { ...options, cache: "no-store", signal: patience.signal });
  } catch {
    const code = patience.signal.aborted ? "timeout" : "offline";
    return new Problem({ code, status: 0, retryable: navigator.onLine });
  } finally {
    clearTimeout(timer);
  }
}

async function problemOf(response) {
  const plain = { code: response.status >= 500 ? "internal_error" : "bad_request", retryable: response.status >= 500 };
  const told = await response.json().catch(() => ({}));
  return new Problem({ ...plain, status: response.status, ...told });
}

const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));

/** About 0.8, 1.6 and 3.2 seconds: not all phones at once. */
const backoff = (attempt) => 0.4 * 2 ** attempt * (0.75 + Math.random() / 2);
