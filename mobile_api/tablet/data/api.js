// Calls to /api/devices. A refusal arrives as a Problem with a stable code, words, and what to do.

import { Worded } from "../lib/failures.js";

export class Refused extends Error {
  constructor(problem, status) {
    super(problem.words);
    this.code = problem.code;
    this.advice = problem.advice;
    this.details = problem.details ?? {};
    this.status = status;
  }
}

// The server could not be reached, or did not speak as ours does.
export class Unreachable extends Worded {}

const PATIENCE_MS = 15_000;

export async function post(path, body) {
  let answer;
  try {
    answer = await fetch(`/api/devices/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (error) {
    throw new Unreachable("error.unreachable", {}, { cause: error });
  }
  let data;
  try {
    data = await answer.json();
  } catch (error) {
    throw new Unreachable("error.answered", { status: answer.status }, { cause: error });
  }
  if (answer.ok) return data;
  if (answer.status >= 500 || !data.code)
    throw new Unreachable("error.answered", { status: answer.status });
  throw new Refused(data, answer.status);
}
