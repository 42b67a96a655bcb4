import type { FrontResponse, Shim } from '../front-request.ts';

interface Settings {
  FunctionName?: string;
  DeadLetterConfig?: { TargetArn?: string };
}

/** moto forgets where a function's dead letters go. It is kept here, by function. */
export function keepDeadLetterConfigs(options: {
  readonly askMoto: (request: Parameters<Shim>[0]) => Promise<FrontResponse>;
}): Shim {
  const configs = new Map<string, Settings['DeadLetterConfig']>();
  return async (request) => {
    const path = request.path.split('?')[0] ?? '';
    const match = /^\/2015-03-31\/functions(?:\/([^/]+)(?:\/configuration)?)?\/?$/.exec(path);
    if (match === null || request.method === 'DELETE') return undefined;
    const sent = request.body.length === 0 ? {} : (JSON.parse(request.body.toString('utf8')) as Settings);
    const name = match[1] ?? sent.FunctionName ?? '';
    if (sent.DeadLetterConfig !== undefined) configs.set(name, sent.DeadLetterConfig);
    const config = configs.get(name);
    const answer = await options.askMoto(request);
    if (config === undefined || answer.status >= 300) return answer;
    const found = JSON.parse(String(answer.body)) as Settings & { Configuration?: Settings };
    Object.assign(found.Configuration ?? found, { DeadLetterConfig: config });
    return { ...answer, body: JSON.stringify(found) };
  };
}
