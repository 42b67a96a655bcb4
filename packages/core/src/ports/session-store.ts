/** Maps a conversation in a channel (`channel:thread_ts`) to a session id. */
export interface SessionStore {
  /** The session of that conversation, made with `newSessionId` if there is none; racing callers all get the same one. */
  getOrCreate(conversation: string, newSessionId: string): Promise<string>;
  get(conversation: string): Promise<string | undefined>;
}
