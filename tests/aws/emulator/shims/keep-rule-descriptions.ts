import type { FrontResponse, Shim } from '../front-request.ts';

/** moto forgets the description of a security group's rule where its other side is a group. It is kept here. */
export function keepRuleDescriptions(options: {
  readonly askMoto: (request: Parameters<Shim>[0]) => Promise<FrontResponse>;
}): Shim {
  const descriptions = new Map<string, string>();
  return async (request) => {
    if (!request.host.startsWith('ec2.')) return undefined;
    const form = new URLSearchParams(request.body.toString('utf8'));
    const action = form.get('Action');
    if (action === 'AuthorizeSecurityGroupIngress' || action === 'AuthorizeSecurityGroupEgress') {
      const answer = await options.askMoto(request);
      const id = /<securityGroupRuleId>(sgr-\w+)</.exec(String(answer.body))?.[1];
      const description = form.get('IpPermissions.1.Groups.1.Description');
      if (id !== undefined && description !== null) descriptions.set(id, description);
      return answer;
    }
    if (action !== 'DescribeSecurityGroupRules') return undefined;
    const answer = await options.askMoto(request);
    const body = String(answer.body).replaceAll(
      /<securityGroupRuleId>(sgr-\w+)<\/securityGroupRuleId>/g,
      (found, id: string) => {
        const description = descriptions.get(id);
        return description === undefined ? found : `${found}<description>${description}</description>`;
      },
    );
    return { ...answer, body };
  };
}
