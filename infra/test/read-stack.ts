import { Testing } from 'cdktf';
import type { CustomConstruct, CustomRights } from '../src/custom/custom-construct.ts';
import { parseDeployment } from '../src/load-deployment.ts';
import { createStack } from '../src/synthesize.ts';

type Json = Record<string, unknown>;

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** What Terraform would be given, with the questions that the tests ask of it. */
export interface SynthesizedStack {
  readonly json: {
    readonly terraform: Json;
    readonly resource: Record<string, Record<string, Json>>;
    readonly provider: { readonly aws: readonly Json[] };
    readonly output: Record<string, { readonly value: unknown }>;
  };
  /** All resources of a type, by Terraform's name. */
  of(type: string): Record<string, Json>;
  all(type: string): Json[];
  /** `TYPE.NAME` → resource, of every type. */
  readonly resources: ReadonlyMap<string, Json>;
  /** The one resource of a type whose member has that value. */
  one(type: string, member: string, value: string): Json;
  /** Every policy, wherever it stands, with where that is. */
  readonly policies: readonly { readonly where: string; readonly statements: readonly Statement[] }[];
  /** Statements of the role of that name. */
  grantsOf(roleName: string): readonly Statement[];
}

const code = (key: string) => ({ filename: `packages/${key}.zip`, hash: `hash-of-${key}` });

/** Synthesizes one deployment from plain data, in memory. */
export function synthesizeStack(
  name: string,
  data: unknown,
  options: {
    readonly state?: 'local' | 'bucket';
    readonly custom?: readonly CustomConstruct[];
    readonly rights?: CustomRights;
    /** Data of the environment's bootstrap. */
    readonly bootstrap?: unknown;
  } = {},
): SynthesizedStack {
  const { bootstrap: bootstrapData, ...rest } = options;
  const deployment = parseDeployment(name, data);
  const bootstrap = bootstrapData === undefined ? undefined : parseDeployment('bootstrap', bootstrapData);
  // Warnings of cdktf's own code about Node are nobody's here.
  const { stack } = createStack('cdktf.out', {
    ...{ name, deployment, codeOf: code, custom: [], ...rest },
    ...(bootstrap?.kind === 'bootstrap' ? { bootstrap } : {}),
  });
  const json = JSON.parse(Testing.synth(stack));
  const resources = new Map<string, Json>();
  for (const [type, named] of Object.entries((json.resource ?? {}) as Record<string, Record<string, Json>>)) {
    for (const [id, resource] of Object.entries(named)) resources.set(`${type}.${id}`, resource);
  }
  const of = (type: string): Record<string, Json> => json.resource[type] ?? {};
  const policies = [...resources].flatMap(([where, resource]) =>
    ['policy', 'assume_role_policy']
      .filter((member) => typeof resource[member] === 'string')
      .map((member) => ({
        where: `${where}.${member}`,
        statements: (JSON.parse(String(resource[member])) as { Statement: Statement[] }).Statement,
      })),
  );
  const one = (type: string, member: string, value: string): Json => {
    const found = Object.values(of(type)).filter((resource) => resource[member] === value);
    if (found.length !== 1 || found[0] === undefined) {
      throw new Error(`${found.length} resources ${type} have ${member} = ${value}`);
    }
    return found[0];
  };
  return {
    json,
    resources,
    policies,
    of,
    all: (type) => Object.values(of(type)),
    one,
    grantsOf(roleName) {
      const [id] = Object.entries(of('aws_iam_role')).find(([, role]) => role.name === roleName) ?? [];
      const grants = Object.values(of('aws_iam_role_policy')).find(
        (policy) => policy.role === `\${aws_iam_role.${id}.id}`,
      );
      if (grants === undefined) throw new Error(`there is no role ${roleName} with grants`);
      return (JSON.parse(String(grants.policy)) as { Statement: Statement[] }).Statement;
    },
  };
}

/** The resources that each resource names. */
export function referencesOf(resources: SynthesizedStack['resources']): Map<string, string[]> {
  return new Map(
    [...resources].map(([id, resource]) => [
      id,
      [...resources.keys()].filter((other) => {
        const text = JSON.stringify({ ...resource, '//': undefined });
        return text.includes(`\${${other}.`) || text.includes(`"${other}"`);
      }),
    ]),
  );
}
