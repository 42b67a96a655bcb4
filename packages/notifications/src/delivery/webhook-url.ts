import { InvalidInputError } from '@hitl/core';

export interface WebhookUrlRules {
  /** The setting, as errors name it. */
  readonly name: string;
  /** Hosts that may be posted to: `example.com` is that host, `.example.com` everything below it. */
  readonly allowedHosts: readonly string[];
  /** Why a host that people still use is refused, and what to do instead. */
  readonly endedHosts?: readonly { readonly host: string; readonly reason: string }[];
  /** Takes `http` and any port on loopback: for tests against a server in the same process. */
  readonly allowLoopback?: boolean;
}

/**
 * A webhook's URL is a secret, so no error shows it or any part of it but the host. Only https to an allowed host, by name: whoever may
 * write the setting must not be able to make us post into the own network.
 * @throws InvalidInputError naming the setting
 */
export function parseWebhookUrl(text: string, rules: WebhookUrlRules): URL {
  const refuse = (message: string): never => {
    throw new InvalidInputError(`${rules.name}: ${message}`, { errors: [{ path: rules.name, message }] });
  };
  const url = parse(text) ?? refuse('must be a URL');
  const host = url.hostname.toLowerCase().replace(/\.$/, '');
  if (url.username !== '' || url.password !== '') refuse('must hold no user name or password');
  if (url.hash !== '') refuse('must hold no fragment');
  const isLoopback = host === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(host) || host === '[::1]';
  if (isLoopback && rules.allowLoopback === true) return url;
  if (url.protocol !== 'https:') refuse('must begin with https://');
  const ended = rules.endedHosts?.find((each) => covers(each.host, host));
  if (ended !== undefined) refuse(`${host} ${ended.reason}`);
  if (isLoopback || isAddress(host) || !host.includes('.'))
    refuse('must name a host of the service, not an address or a machine of the own network');
  if (url.port !== '') refuse('must name no port');
  if (!rules.allowedHosts.some((allowed) => covers(allowed, host)))
    refuse(`${host} is not among the hosts that may be posted to: ${rules.allowedHosts.join(', ')}`);
  return url;
}

/**
 * Where links in cards lead: https, or loopback for a stack on the own machine.
 * @throws InvalidInputError naming the setting
 */
export function checkPublicUrl(text: string): void {
  const url = parse(text);
  const isLocal = url !== undefined && ['127.0.0.1', 'localhost'].includes(url.hostname);
  if (url?.protocol === 'https:' || (isLocal && url.protocol === 'http:')) return;
  const message = 'must be an https URL, or one on 127.0.0.1';
  throw new InvalidInputError(`public_url: ${message}`, { errors: [{ path: 'public_url', message }] });
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function covers(allowed: string, host: string): boolean {
  return allowed.startsWith('.') ? host.endsWith(allowed) && host.length > allowed.length : host === allowed;
}

/** The URL parser has turned every spelling of an IPv4 address into four numbers by now. */
function isAddress(host: string): boolean {
  return host.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}
