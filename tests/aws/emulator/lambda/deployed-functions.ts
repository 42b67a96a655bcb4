import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FrontRequest, FrontResponse } from '../front-request.ts';

/** What Lambda knows of one published version. */
export interface DeployedFunction {
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly deadLetterArn?: string;
  /** The unpacked deployment package. */
  readonly folder: string;
}

interface Configuration {
  FunctionName: string;
  FunctionArn: string;
  Version: string;
  Handler: string;
  Timeout: number;
  MemorySize: number;
  CodeSha256: string;
  Environment?: { Variables?: Record<string, string> };
  DeadLetterConfig?: { TargetArn?: string };
}

/** `name`, `name:qualifier` or an ARN of either. */
export function parseFunctionName(text: string): { readonly name: string; readonly qualifier?: string } {
  const [name = '', qualifier] = text.replace(/^arn:[\w-]+:lambda:[\w-]+:\d+:function:/, '').split(':');
  return { name, ...(qualifier === undefined ? {} : { qualifier }) };
}

/** Keeps each package as Terraform uploaded it, and finds the one that a name, alias and version stand for. */
export function createDeployedFunctions(options: {
  readonly folder: string;
  readonly askMoto: (path: string) => Promise<FrontResponse>;
}) {
  const { folder, askMoto } = options;
  let known = new Map<string, Promise<DeployedFunction | undefined>>();
  const folderOf = (sha256: string) => join(folder, sha256.replaceAll(/[^\w]/g, '').slice(0, 24));

  async function keep(zip: Buffer): Promise<void> {
    const target = folderOf(createHash('sha256').update(zip).digest('base64'));
    if (existsSync(target)) return;
    await mkdir(target, { recursive: true });
    await writeFile(`${target}.zip`, zip);
    await promisify(execFile)('python3', ['-m', 'zipfile', '-e', `${target}.zip`, target]);
  }

  async function read(name: string, qualifier: string): Promise<DeployedFunction | undefined> {
    const alias = await askMoto(`/2015-03-31/functions/${name}/aliases/${encodeURIComponent(qualifier)}`);
    const version =
      alias.status === 200 ? parse<{ FunctionVersion: string }>(alias).FunctionVersion : qualifier;
    const answer = await askMoto(`/2015-03-31/functions/${name}?Qualifier=${encodeURIComponent(version)}`);
    if (answer.status !== 200) return undefined;
    const { Configuration: found } = parse<{ Configuration: Configuration }>(answer);
    const deadLetterArn = found.DeadLetterConfig?.TargetArn;
    return {
      name: found.FunctionName,
      arn: found.FunctionArn,
      version: found.Version,
      handler: found.Handler,
      timeoutSeconds: found.Timeout,
      memoryMb: found.MemorySize,
      environment: found.Environment?.Variables ?? {},
      folder: folderOf(found.CodeSha256),
      ...(deadLetterArn === undefined || deadLetterArn === '' ? {} : { deadLetterArn }),
    };
  }

  return {
    /** Looks at every request on its way to Lambda. */
    async observe({ method, path, body }: FrontRequest): Promise<void> {
      if (method === 'GET' || !/^\/20\d\d-\d\d-\d\d\/functions/.test(path)) return;
      known = new Map();
      if (!/functions\/?$|\/code$/.test(path)) return;
      const { ZipFile, Code } = JSON.parse(body.toString('utf8')) as {
        ZipFile?: string;
        Code?: { ZipFile?: string };
      };
      const zip = ZipFile ?? Code?.ZipFile;
      if (zip !== undefined) await keep(Buffer.from(zip, 'base64'));
    },
    find(name: string, qualifier = '$LATEST'): Promise<DeployedFunction | undefined> {
      const key = `${name}:${qualifier}`;
      const found = known.get(key) ?? read(name, qualifier);
      known.set(key, found);
      return found;
    },
  };
}
export type DeployedFunctions = ReturnType<typeof createDeployedFunctions>;

function parse<T>(response: FrontResponse): T {
  return JSON.parse(String(response.body)) as T;
}
