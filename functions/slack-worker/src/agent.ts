/** Who answers messages where it is not our own agent. */
export interface Agent {
  /**
   * The answer's text, piece by piece. Asked at most once per message: whoever asks again might have it done twice.
   * @throws HitlError when there is none
   */
  ask(question: {
    readonly text: string;
    /** The thread's session. */
    readonly session_id: string;
    /** The person, as the directory knows them. */
    readonly user_id: string;
    readonly signal: AbortSignal;
  }): AsyncIterable<string>;
}
