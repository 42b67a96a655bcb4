/** The tags that Terraform puts on everything else, for what is made while the system runs: its costs are found under the same. */
export function costTags(facts: {
  readonly environment: string;
  readonly costCenter?: string | undefined;
}): Readonly<Record<string, string>> {
  const { environment, costCenter } = facts;
  return {
    project: 'hitl-mcp',
    environment,
    ...(costCenter === undefined ? {} : { cost_center: costCenter }),
  };
}

/** As Secrets Manager takes them. */
export function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
