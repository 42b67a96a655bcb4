/** One request that waits, with a single call. */
export interface PostedApproval {
  readonly approval_id: string;
  readonly run_id: string;
  /** What its card showed. */
  readonly digest: string;
  readonly arguments: Readonly<Record<string, string>>;
  /** What no card may leave out. */
  readonly mustShow: readonly string[];
}

/** Where a request stands, read from the system itself and not through the channel. */
export interface ApprovalOutcome {
  readonly status: string;
  readonly digest: string;
  readonly decided_by: readonly string[];
  readonly decided_at?: string;
  readonly reason?: string;
  readonly votes: readonly {
    readonly principal_id: string;
    readonly channel: string;
    readonly digest: string;
  }[];
  readonly void_votes: readonly { readonly principal_id: string }[];
  /** Refused votes and edits as the run's record holds them, in order. */
  readonly refusals: readonly { readonly actor: string; readonly code: string; readonly channel?: string }[];
  /** The arguments of each execution that reached the tool server. */
  readonly executions: readonly Readonly<Record<string, string>>[];
}

/** The whole system under test, whatever the channel. All ids are the directory's. */
export interface ApprovalChannelSite {
  readonly people: {
    readonly requester: string;
    readonly approver: string;
    readonly secondApprover: string;
    /** Known, and in no approving group. */
    readonly outsider: string;
    /** An approver until `dismiss`. */
    readonly leaver: string;
    /** Not in the directory. */
    readonly stranger: string;
  };
  /** A request that nothing else of the suite touches, once everything that is to be told about it has been told. */
  ask(options?: { readonly requester?: string; readonly votes?: 1 | 2 }): Promise<PostedApproval>;
  /** Other arguments for the same call, which the policy treats alike. */
  changedArguments(approval: PostedApproval): Readonly<Record<string, string>>;
  expire(approval: PostedApproval): Promise<void>;
  /** Takes the person out of every group. */
  dismiss(person: string): Promise<void>;
  read(approval: PostedApproval): Promise<ApprovalOutcome>;
  close(): Promise<void>;
}

export interface ChannelBallot {
  /** A directory id, or the stranger: the adapter knows that person's account and credential in its channel. */
  readonly as: string;
  readonly decision: 'approve' | 'reject';
  /** What the card showed that the person looked at. */
  readonly digest: string;
  readonly reason?: string;
  /** The credential or signature is not the real one. */
  readonly isForged?: boolean;
}

export interface ChannelAnswer {
  /** The vote or edit was taken. */
  readonly accepted: boolean;
  /** Everything that the person was told in answer. */
  readonly text: string;
}

/** How people meet an approval: the one thing that differs. An answer comes when all that follows from the vote has happened. */
export interface ApprovalChannel {
  /** The channel as votes and refusals on the record name it. */
  readonly recordedAs: string;
  /** The card as an approver reads it now, as text. */
  show(approval: PostedApproval): Promise<string>;
  vote(approval: PostedApproval, ballot: ChannelBallot): Promise<ChannelAnswer>;
  edit(
    approval: PostedApproval,
    edit: {
      readonly as: string;
      readonly arguments: Readonly<Record<string, string>>;
      readonly digest: string;
    },
  ): Promise<ChannelAnswer>;
  /** How the channel writes an ISO time in its answers. */
  timeAsShown(iso: string): string;
}
