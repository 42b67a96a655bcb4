import {
  type AuditEntry,
  type GrantEvent,
  type GrantEventType,
  type GrantState,
  grantEventSchemas,
  IntegrityError,
} from '@hitl/core';

/** Parses an entry of a grant's stream. @throws IntegrityError on an unknown type or a shape that does not fit. */
export function parseGrantEvent(entry: AuditEntry): GrantEvent {
  const schema = Object.hasOwn(grantEventSchemas, entry.type)
    ? grantEventSchemas[entry.type as GrantEventType]
    : undefined;
  const parsed = schema?.safeParse(entry.data);
  if (parsed?.success !== true)
    throw new IntegrityError(`${place(entry)}: "${entry.type}" is not a grant event of the right shape`);
  return { type: entry.type, data: parsed.data } as GrantEvent;
}

/** Pure fold of a grant's stream. @throws IntegrityError on a gap or an impossible event. */
export function applyGrantEvent(state: GrantState | undefined, entry: AuditEntry): GrantState {
  const event = parseGrantEvent(entry);
  if (entry.sequence !== (state?.sequence ?? 0) + 1)
    throw new IntegrityError(`${place(entry)} does not follow entry ${state?.sequence ?? 0}`);
  const { sequence } = entry;
  if (state === undefined) {
    if (event.type !== 'grant-created')
      throw new IntegrityError(`${entry.stream} must begin with grant-created`);
    return { grant: event.data.grant, uses: [], sequence };
  }
  switch (event.type) {
    case 'grant-created':
      throw new IntegrityError(`${entry.stream} is created twice`);
    case 'grant-used': {
      const { run_id, call_id } = event.data;
      return { ...state, uses: [...state.uses, { run_id, call_id }], refused_codes: [], sequence };
    }
    case 'grant-revoked':
      return { ...state, revoked_by: event.data.principal_id, sequence };
    case 'grant-refused':
      return { ...state, refused_codes: [...(state.refused_codes ?? []), event.data.code], sequence };
  }
}

function place(entry: AuditEntry): string {
  return `${entry.stream} entry ${entry.sequence}`;
}
