import { type FrontResponse, type Shim, targetOf } from '../front-request.ts';

/** moto knows no `RedriveAllowPolicy`, so that the provider waits in vain for the one it has set. It is kept here. */
export function keepQueueAttributes(options: {
  readonly askMoto: (request: Parameters<Shim>[0]) => Promise<FrontResponse>;
}): Shim {
  const policies = new Map<string, string>();
  return async (request) => {
    const operation = targetOf(request, 'AmazonSQS');
    if (operation !== 'SetQueueAttributes' && operation !== 'GetQueueAttributes') return undefined;
    const { QueueUrl, Attributes, AttributeNames } = JSON.parse(request.body.toString('utf8')) as {
      QueueUrl: string;
      Attributes?: Record<string, string>;
      AttributeNames?: string[];
    };
    if (operation === 'SetQueueAttributes') {
      const policy = Attributes?.RedriveAllowPolicy;
      if (policy !== undefined && policy !== '') policies.set(QueueUrl, policy);
      else if (policy === '') policies.delete(QueueUrl);
      return undefined;
    }
    // It knows no such name either.
    const names = AttributeNames?.map((name) => (name === 'RedriveAllowPolicy' ? 'QueueArn' : name));
    const answer = await options.askMoto({
      ...request,
      body: Buffer.from(JSON.stringify({ QueueUrl, AttributeNames: names })),
    });
    const policy = policies.get(QueueUrl);
    if (answer.status !== 200 || policy === undefined) return answer;
    const found = JSON.parse(String(answer.body)) as { Attributes?: Record<string, string> };
    return {
      ...answer,
      body: JSON.stringify({ ...found, Attributes: { ...found.Attributes, RedriveAllowPolicy: policy } }),
    };
  };
}
