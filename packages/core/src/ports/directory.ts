/** A person or service as the directory knows it. */
export interface DirectoryEntry {
  readonly id: string;
  readonly kind: 'user' | 'service';
  readonly display_name?: string;
  readonly groups: readonly string[];
  /** External accounts bound to this principal, e.g. `slack:T1/U2`; an e-mail address is never one. */
  readonly links?: readonly string[];
}

/** Who exists and who belongs where. Unknown means no. Memberships are read anew for every vote. */
export interface Directory {
  find(id: string): Promise<DirectoryEntry | undefined>;
  findByLink(link: string): Promise<DirectoryEntry | undefined>;
  /** Ids of everybody in the group; empty for an unknown group. */
  membersOf(group: string): Promise<readonly string[]>;
  list(): Promise<readonly DirectoryEntry[]>;
}
