export interface JiraAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Jira's error body, thrown by handlers and answered by the server. */
export class JiraRefusal extends Error {
  readonly answer: JiraAnswer;

  constructor(status: number, messages: readonly string[], errors: Readonly<Record<string, string>> = {}) {
    super(messages[0] ?? Object.values(errors)[0] ?? `status ${status}`);
    this.answer = { status, body: { errorMessages: messages, errors } };
  }
}
