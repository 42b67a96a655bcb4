import { type FrontResponse, json, type Shim, targetOf } from '../front-request.ts';

type Attributes = Record<string, string>;

/** What moto can't keep: see the README's table. */
const keptNames = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy'];
/** moto acts by this one, so it is told. */
const sharedName = 'RedrivePolicy';

/**
 * moto knows no `RedriveAllowPolicy`, forgets a queue's `Policy` at the next change of another attribute, and writes `RedrivePolicy`
 * anew, so that the provider finds none of them as it has set them. They are answered from here as they were set.
 */
export function keepQueueAttributes(options: {
  readonly askMoto: (request: Parameters<Shim>[0]) => Promise<FrontResponse>;
}): Shim {
  const kept = new Map<string, Attributes>();
  const nameOf = (url: string) => url.split('/').at(-1) ?? '';

  function keep(queue: string, attributes: Attributes): Attributes {
    const own = kept.get(queue) ?? {};
    for (const name of keptNames) {
      const value = attributes[name];
      if (value === '') delete own[name];
      else if (value !== undefined) own[name] = value;
    }
    kept.set(queue, own);
    return Object.fromEntries(
      Object.entries(attributes).filter(([name]) => name === sharedName || !keptNames.includes(name)),
    );
  }

  return async (request) => {
    const operation = targetOf(request, 'AmazonSQS');
    if (operation === undefined || !/^(Create|Delete)Queue$|QueueAttributes$/.test(operation))
      return undefined;
    const body = JSON.parse(request.body.toString('utf8')) as {
      QueueUrl?: string;
      QueueName?: string;
      Attributes?: Attributes;
      AttributeNames?: string[];
    };
    const send = (changed: object) =>
      options.askMoto({ ...request, body: Buffer.from(JSON.stringify({ ...body, ...changed })) });
    const queue = body.QueueName ?? nameOf(body.QueueUrl ?? '');
    if (operation === 'CreateQueue') return send({ Attributes: keep(queue, body.Attributes ?? {}) });
    if (operation === 'DeleteQueue') {
      kept.delete(queue);
      return undefined;
    }
    if (operation === 'SetQueueAttributes') {
      const Attributes = keep(queue, body.Attributes ?? {});
      return Object.keys(Attributes).length === 0 ? json(200, {}) : send({ Attributes });
    }
    const wanted = body.AttributeNames ?? [];
    const answer = await send({
      AttributeNames: wanted.map((name) => (keptNames.includes(name) ? 'QueueArn' : name)),
    });
    if (answer.status !== 200) return answer;
    const { Attributes = {} } = JSON.parse(String(answer.body)) as { Attributes?: Attributes };
    const own = Object.entries(kept.get(queue) ?? {}).filter(
      ([name]) => wanted.includes('All') || wanted.includes(name),
    );
    return {
      ...answer,
      body: JSON.stringify({ Attributes: { ...Attributes, ...Object.fromEntries(own) } }),
    };
  };
}
