/**
 * Of one message. Slack takes 12,000 characters of Markdown and about 13,200 of all blocks; the rest is for the tasks, the status and
 * the buttons. Slack ends a stream after about five minutes, whatever is appended.
 */
export const answerLimits = {
  partCharacters: 9_000,
  /** Of all blocks together. The text is given its place first, then the tasks, the newest first. */
  messageCharacters: 12_500,
  partAgeMs: 4 * 60_000,
  /** `chat.update` refuses a longer `text`. */
  fallbackCharacters: 3_000,
  shownTasks: 20,
} as const;
